package dev.pgkeel.autoconfigure;

import java.time.Duration;

import dev.pgkeel.server.UrlMistake;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.boot.context.properties.source.ConfigurationProperty;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.convert.DurationStyle;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.core.NestedExceptionUtils;
import org.springframework.core.Ordered;

/**
 * Explains a value that HikariCP does not take. Its times are plain numbers of
 * milliseconds, where Spring Boot's have units, so that both are easily mistaken for each
 * other.
 */
class HikariPropertyFailureAnalyzer extends AbstractFailureAnalyzer<BindException> implements Ordered {

	private static final ConfigurationPropertyName PREFIX = ConfigurationPropertyName.of("spring.datasource.hikari");

	private static final ConfigurationPropertyName URL = PREFIX.append("jdbc-url");

	private static final ConfigurationPropertyName INIT_SQL = PREFIX.append("connection-init-sql");

	private static final ConfigurationPropertyName DRIVER_PROPERTIES = PREFIX.append("data-source-properties");

	@Override
	public int getOrder() {
		return Ordered.HIGHEST_PRECEDENCE + 100;
	}

	@Override
	protected @Nullable FailureAnalysis analyze(Throwable rootFailure, BindException cause) {
		ConfigurationProperty property = cause.getProperty();
		if (property == null || !PREFIX.isAncestorOf(property.getName())) {
			return null;
		}
		String value = shown(property);
		String origin = (property.getOrigin() != null) ? " (from " + property.getOrigin() + ")" : "";
		Duration time = time(value);
		if (isTime(property.getName()) && time != null) {
			return new FailureAnalysis(
					property.getName() + " is " + value + origin + ", but HikariCP takes plain milliseconds",
					"Write " + time.toMillis() + ".", cause);
		}
		Throwable reason = NestedExceptionUtils.getMostSpecificCause(cause);
		return new FailureAnalysis(
				property.getName() + " is " + value + origin + ", which HikariCP does not take: " + reason.getMessage(),
				isTime(property.getName()) ? "HikariCP takes milliseconds: write 5000 for 5 seconds."
						: "Correct the value.",
				cause);
	}

	/**
	 * A pool that runs takes no property at all, and its URL, its first statement or a
	 * property of the driver's may hold a secret.
	 */
	private static String shown(ConfigurationProperty property) {
		String value = String.valueOf(property.getValue());
		if (URL.equals(property.getName())) {
			return UrlMistake.shown(value);
		}
		boolean secret = DRIVER_PROPERTIES.isAncestorOf(property.getName()) || INIT_SQL.equals(property.getName());
		return secret ? "set" : value;
	}

	private static boolean isTime(ConfigurationPropertyName name) {
		return name.toString().matches(".*(timeout|lifetime|time|threshold)");
	}

	/**
	 * Reads a value that has a unit.
	 */
	private static @Nullable Duration time(String value) {
		try {
			return value.matches("-?\\d+") ? null : DurationStyle.detectAndParse(value);
		}
		catch (IllegalArgumentException ex) {
			return null;
		}
	}

}
