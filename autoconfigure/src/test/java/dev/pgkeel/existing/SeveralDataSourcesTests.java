package dev.pgkeel.existing;

import javax.sql.DataSource;

import com.zaxxer.hikari.HikariDataSource;
import dev.pgkeel.testsupport.TestDatabase;
import dev.pgkeel.testsupport.TestServer;
import org.junit.jupiter.api.Test;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Primary;
import org.springframework.core.env.Environment;
import org.springframework.jdbc.core.simple.JdbcClient;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for applications that have several databases, or none that answers.
 */
class SeveralDataSourcesTests {

	private final TestDatabase database = TestServer.shared().newDatabase();

	@Test
	void databaseBesideAnotherOneThatIsNotPostgres() {
		try (ConfigurableApplicationContext context = run(this.database.jdbcUrl())) {
			HikariDataSource main = context.getBean("mainPool", HikariDataSource.class);
			HikariDataSource other = context.getBean("otherPool", HikariDataSource.class);
			assertThat(main.getConnectionTimeout()).isEqualTo(5000);
			assertThat(other.getConnectionTimeout()).isEqualTo(30_000);
			assertThat(JdbcClient.create(main).sql("select count(*) from notes").query(Integer.class).single())
				.isZero();
			assertThat(JdbcClient.create(other).sql("select 1").query(Integer.class).single()).isOne();
		}
	}

	@Test
	void databaseThatIsDownWithoutScripts() {
		try (ConfigurableApplicationContext context = run("jdbc:postgresql://127.0.0.1:1/absent",
				"--pgkeel.schema.locations=classpath*:absent/*.sql")) {
			assertThat(context.isActive()).isTrue();
		}
	}

	@Test
	void wrappingDriver() {
		try (ConfigurableApplicationContext context = run("jdbc:otel:postgresql://127.0.0.1:1/absent",
				"--pgkeel.schema.enabled=false",
				"--spring.datasource.hikari.driver-class-name=org.postgresql.Driver")) {
			HikariDataSource main = context.getBean("mainPool", HikariDataSource.class);
			assertThat(main.getConnectionTimeout()).isEqualTo(5000);
			assertThat(main.getDataSourceProperties()).isEmpty();
			assertThat(main.isRunning()).isFalse();
		}
	}

	private ConfigurableApplicationContext run(String url, String... arguments) {
		return new SpringApplicationBuilder(PoolsConfiguration.class).web(WebApplicationType.NONE)
			.properties("main.url=" + url, "spring.flyway.enabled=false", "spring.liquibase.enabled=false",
					"spring.jpa.hibernate.ddl-auto=none",
					"spring.autoconfigure.exclude=org.springframework.boot.batch.autoconfigure.BatchAutoConfiguration,"
							+ "org.springframework.boot.batch.jdbc.autoconfigure.BatchJdbcAutoConfiguration,"
							+ "org.springframework.boot.hibernate.autoconfigure.HibernateJpaAutoConfiguration,"
							+ "org.springframework.boot.data.jpa.autoconfigure.DataJpaRepositoriesAutoConfiguration,"
							+ "org.springframework.boot.jooq.autoconfigure.JooqAutoConfiguration")
			.run(arguments);
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class PoolsConfiguration {

		@Bean
		@Primary
		@ConfigurationProperties("spring.datasource.hikari")
		HikariDataSource mainPool(Environment environment) {
			HikariDataSource pool = new HikariDataSource();
			pool.setJdbcUrl(environment.getRequiredProperty("main.url"));
			pool.setUsername("postgres");
			return pool;
		}

		@Bean
		DataSource otherPool() {
			HikariDataSource pool = new HikariDataSource();
			pool.setJdbcUrl("jdbc:h2:mem:beside");
			return pool;
		}

	}

}
