package dev.pgkeel.embedded;

import javax.sql.DataSource;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.autoconfigure.condition.NoneNestedConditions;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.JdbcConnectionDetails;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;

/**
 * Auto-configuration of an embedded server for an application that names no other
 * database.
 *
 * @since 0.1.0
 */
@AutoConfiguration(before = DataSourceAutoConfiguration.class)
@ConditionalOnClass({ EmbeddedPostgres.class, DataSourceAutoConfiguration.class })
@ConditionalOnBooleanProperty(name = { "pgkeel.enabled", "pgkeel.embedded.enabled" }, matchIfMissing = true)
@Conditional(EmbeddedPostgresAutoConfiguration.NoOtherDatabaseCondition.class)
@ConditionalOnMissingBean({ DataSource.class, JdbcConnectionDetails.class })
@EnableConfigurationProperties(EmbeddedPostgresProperties.class)
public final class EmbeddedPostgresAutoConfiguration {

	@Bean
	EmbeddedPostgresLifecycle pgkeelEmbeddedPostgres(EmbeddedPostgresProperties properties) {
		return new EmbeddedPostgresLifecycle(
				EmbeddedPostgresServer.start(properties.dataDirectory(), properties.port()));
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
	 * Matches when no property names a database.
	 */
	static class NoOtherDatabaseCondition extends NoneNestedConditions {

		NoOtherDatabaseCondition() {
			super(ConfigurationPhase.PARSE_CONFIGURATION);
		}

		@ConditionalOnProperty("spring.datasource.url")
		static class Url {

		}

		@ConditionalOnProperty("spring.datasource.hikari.jdbc-url")
		static class HikariUrl {

		}

		@ConditionalOnProperty("spring.datasource.hikari.data-source-class-name")
		static class HikariDataSourceClass {

		}

		@ConditionalOnProperty("spring.datasource.jndi-name")
		static class Jndi {

		}

	}

}
