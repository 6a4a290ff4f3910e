package dev.pgkeel.autoconfigure;

import java.sql.SQLException;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;

import dev.pgkeel.server.UrlMistake;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.diagnostics.FailureAnalyzer;
import org.springframework.core.Ordered;
import org.springframework.core.env.Environment;
import org.springframework.util.PlaceholderResolutionException;

/**
 * Explains a failure to use the database by what is wrong with the properties that lead
 * to it: a placeholder that nothing resolves, or a URL that the driver does not
 * understand. The failure itself is often about something else, such as a host that is
 * called <code>${DB_HOST}</code>.
 */
class DataSourcePropertiesFailureAnalyzer implements FailureAnalyzer, Ordered {

	private static final List<String> URLS = List.of("spring.datasource.url", "spring.datasource.hikari.jdbc-url",
			"pgkeel.direct.url");

	private static final List<String> CREDENTIALS = List.of("spring.datasource.username", "spring.datasource.password",
			"spring.datasource.hikari.username", "spring.datasource.hikari.password", "pgkeel.direct.username",
			"pgkeel.direct.password");

	private static final String REFUSED_CREDENTIALS = "28";

	private final @Nullable Environment environment;

	DataSourcePropertiesFailureAnalyzer(@Nullable Environment environment) {
		this.environment = environment;
	}

	@Override
	public int getOrder() {
		return Ordered.HIGHEST_PRECEDENCE + 50;
	}

	@Override
	public @Nullable FailureAnalysis analyze(Throwable failure) {
		if (!isAboutTheDatabase(failure)) {
			return null;
		}
		for (String property : URLS) {
			FailureAnalysis analysis = analyzeUrl(property, failure);
			if (analysis != null) {
				return analysis;
			}
		}
		if (has(failure, PlaceholderResolutionException.class::isInstance)
				|| has(failure, DataSourcePropertiesFailureAnalyzer::isRefusal)) {
			for (String property : CREDENTIALS) {
				if (Placeholders.unresolvedIn(value(property)) != null) {
					return unresolved(property, failure);
				}
			}
		}
		return null;
	}

	private @Nullable FailureAnalysis analyzeUrl(String property, Throwable failure) {
		String url = value(property);
		if (url == null) {
			return null;
		}
		if (Placeholders.unresolvedIn(url) != null) {
			return unresolved(property, failure);
		}
		UrlMistake mistake = UrlMistake.of(url);
		return (mistake != null)
				? new FailureAnalysis(property + " is " + UrlMistake.shown(url) + " and " + mistake.problem(),
						mistake.action(), failure)
				: null;
	}

	private FailureAnalysis unresolved(String property, Throwable failure) {
		String name = Placeholders.unresolvedIn(value(property));
		return new FailureAnalysis(property + " contains the placeholder ${" + name + "}, which nothing resolves",
				"Set " + name + " as an environment variable or a property, or give the placeholder a default: ${"
						+ name + ":...}.",
				failure);
	}

	private static boolean isAboutTheDatabase(Throwable failure) {
		return has(failure, (cause) -> cause instanceof SQLException || cause instanceof PlaceholderResolutionException
				|| String.valueOf(cause.getMessage()).toLowerCase(Locale.ROOT).contains("jdbc"));
	}

	private static boolean isRefusal(Throwable cause) {
		return cause instanceof SQLException ex && String.valueOf(ex.getSQLState()).startsWith(REFUSED_CREDENTIALS);
	}

	private static boolean has(Throwable failure, Predicate<Throwable> kind) {
		for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
			if (kind.test(cause)) {
				return true;
			}
		}
		return false;
	}

	/**
	 * The environment itself throws where it cannot resolve a placeholder.
	 */
	private @Nullable String value(String property) {
		return (this.environment != null) ? Binder.get(this.environment).bind(property, String.class).orElse(null)
				: null;
	}

}
