package dev.pgkeel.autoconfigure;

import java.sql.SQLException;
import java.util.List;
import java.util.Properties;

import dev.pgkeel.server.ConnectFailure;
import dev.pgkeel.server.DatabaseTarget;
import dev.pgkeel.server.UrlMistake;
import dev.pgkeel.tls.ServerCertificate;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.core.Ordered;
import org.springframework.core.env.Environment;

/**
 * Explains why an application whose start needs the database could not connect, whoever
 * tried: schema scripts, JPA, Flyway or Liquibase. It comes before the analyzers of
 * those.
 */
class ConnectFailureAnalyzer extends AbstractFailureAnalyzer<SQLException> implements Ordered {

	private final @Nullable Environment environment;

	ConnectFailureAnalyzer(@Nullable Environment environment) {
		this.environment = environment;
	}

	@Override
	public int getOrder() {
		return Ordered.HIGHEST_PRECEDENCE + 100;
	}

	@Override
	protected @Nullable FailureAnalysis analyze(Throwable rootFailure, SQLException cause) {
		ConnectFailure failure = ConnectFailure.of(rootFailure);
		if (failure == null) {
			return null;
		}
		if (failure.isOtherHost()) {
			failure = withNames(failure);
		}
		return new FailureAnalysis("There is no connection to " + server() + ", since " + failure.problem(),
				failure.action(), cause);
	}

	/**
	 * The driver names the host that was asked for, but not those of the certificate.
	 */
	private ConnectFailure withNames(ConnectFailure failure) {
		Properties parameters = DatabaseTarget.urlParameters(property("url"));
		String host = parameters.getProperty("PGHOST", "").split(",")[0];
		List<String> names = host.isEmpty() ? List.of() : ServerCertificate.names(host,
				Integer.parseInt(parameters.getProperty("PGPORT", "5432").split(",")[0]));
		return names.isEmpty() ? failure : failure.with("the certificate is for " + String.join(", ", names));
	}

	/**
	 * Names the server without the URL's parameters, of which one may be a password.
	 */
	private String server() {
		String url = property("url");
		String username = property("username");
		if (url == null || DatabaseTarget.ofSettings(url, null) != DatabaseTarget.POSTGRESQL) {
			return "the database";
		}
		return UrlMistake.shown(url) + " (spring.datasource.url)" + ((username != null) ? " as " + username : "");
	}

	private @Nullable String property(String name) {
		return (this.environment != null)
				? Binder.get(this.environment).bind("spring.datasource." + name, String.class).orElse(null) : null;
	}

}
