package dev.pgkeel.embedded;

import java.util.List;

import javax.sql.DataSource;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

import org.springframework.aot.AotDetector;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionMessage;
import org.springframework.boot.autoconfigure.condition.ConditionMessage.Style;
import org.springframework.boot.autoconfigure.condition.ConditionOutcome;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.SpringBootCondition;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.JdbcConnectionDetails;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.context.annotation.Conditional;
import org.springframework.core.env.Environment;
import org.springframework.core.type.AnnotatedTypeMetadata;

/**
 * Auto-configuration of an embedded server for an application that names no other
 * database.
 *
 * @since 0.1.0
 */
@AutoConfiguration(before = DataSourceAutoConfiguration.class)
@ConditionalOnClass({ EmbeddedPostgres.class, DataSourceAutoConfiguration.class })
@Conditional({ OnEmbeddedCondition.class, EmbeddedPostgresAutoConfiguration.NoOtherDatabaseCondition.class })
@ConditionalOnMissingBean({ DataSource.class, JdbcConnectionDetails.class })
@EnableConfigurationProperties(EmbeddedPostgresProperties.class)
public final class EmbeddedPostgresAutoConfiguration {

	private static final Log logger = LogFactory.getLog(EmbeddedPostgresAutoConfiguration.class);

	private static final String RUNTIME_PROFILE = "pgkeel.runtime-profile";

	private static final List<String> OTHER_DATABASE = List.of("spring.datasource.url",
			"spring.datasource.hikari.jdbc-url", "spring.datasource.hikari.data-source-class-name",
			"spring.datasource.jndi-name");

	@Bean
	EmbeddedPostgresLifecycle pgkeelEmbeddedPostgres(EmbeddedPostgresProperties properties, Environment environment) {
		if (AotDetector.useGeneratedArtifacts()) {
			refuseWhatComesTooLate(properties, environment);
		}
		warnInProduction(environment);
		return new EmbeddedPostgresLifecycle(
				() -> EmbeddedPostgresServer.start(properties.dataDirectory(), properties.port()));
	}

	/**
	 * An application that is meant to stay may have lost the variable with its database.
	 */
	private static void warnInProduction(Environment environment) {
		String profile = environment.getProperty(RUNTIME_PROFILE, "");
		// Of an enum's constant Spring Boot compares letters only
		String name = profile.replaceAll("[^A-Za-z]", "");
		if (name.equalsIgnoreCase("longLived") || name.equalsIgnoreCase("serverless")) {
			logger.warn(RUNTIME_PROFILE + " is " + profile
					+ ", and no database is configured: an embedded PostgreSQL serves in its place. Set spring.datasource.url");
		}
	}

	/**
	 * Spring Boot decided about the embedded server when the application was processed
	 * ahead of time. Whoever names a database now must not get another one.
	 */
	private static void refuseWhatComesTooLate(EmbeddedPostgresProperties properties, Environment environment) {
		if (!properties.enabled()) {
			throw comesTooLate("pgkeel.embedded.enabled=false");
		}
		OTHER_DATABASE.stream().filter(environment::containsProperty).findFirst().ifPresent((name) -> {
			throw comesTooLate(name);
		});
	}

	private static EmbeddedPostgresException comesTooLate(String property) {
		return new EmbeddedPostgresException(
				property + " comes too late: the application was processed ahead of time without it, so that it has"
						+ " the embedded server",
				"Set it for the processing too, or leave pgkeel-embedded-postgres out of the application, or start without"
						+ " spring.aot.enabled.",
				null);
	}

	/**
	 * The pool depends on these details, and they on the server: so Spring closes the
	 * pool first.
	 */
	@Bean
	JdbcConnectionDetails pgkeelEmbeddedPostgresConnectionDetails(EmbeddedPostgresLifecycle lifecycle) {
		return new EmbeddedPostgresConnectionDetails(lifecycle.server());
	}

	/**
	 * Matches when no property names a database. No value is looked at: in an application
	 * that is processed ahead of time its placeholders may have none yet.
	 */
	static class NoOtherDatabaseCondition extends SpringBootCondition {

		@Override
		public ConditionOutcome getMatchOutcome(ConditionContext context, AnnotatedTypeMetadata metadata) {
			List<String> set = OTHER_DATABASE.stream().filter(context.getEnvironment()::containsProperty).toList();
			ConditionMessage.Builder message = ConditionMessage.forCondition("No other database");
			return set.isEmpty() ? ConditionOutcome.match(message.because("no property names one"))
					: ConditionOutcome.noMatch(message.found("property", "properties").items(Style.QUOTE, set));
		}

	}

}
