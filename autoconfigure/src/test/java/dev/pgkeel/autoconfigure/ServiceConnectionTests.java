package dev.pgkeel.autoconfigure;

import com.zaxxer.hikari.HikariDataSource;
import dev.pgkeel.pool.PoolReports;
import dev.pgkeel.schema.SchemaInitializer;
import dev.pgkeel.schema.SchemaReport.Outcome;
import dev.pgkeel.testsupport.TestDatabase;
import dev.pgkeel.testsupport.TestServer;
import org.junit.jupiter.api.Test;
import org.testcontainers.postgresql.PostgreSQLContainer;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.testcontainers.service.connection.ServiceConnection;
import org.springframework.boot.testcontainers.service.connection.ServiceConnectionAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests that Spring Boot's {@link ServiceConnection} decides where the pool leads to. The
 * container stands for one that runs: its server is that of the tests.
 */
class ServiceConnectionTests {

	@Test
	void serviceConnectionWinsAndThePoolIsSet() {
		TestDatabase database = TestServer.shared().newDatabase();
		new ApplicationContextRunner()
			.withConfiguration(AutoConfigurations.of(ServiceConnectionAutoConfiguration.class,
					DataSourceAutoConfiguration.class, PgkeelAutoConfiguration.class, PgkeelPoolAutoConfiguration.class,
					PgkeelSchemaAutoConfiguration.class))
			.withClassLoader(new FilteredClassLoader("org.springframework.boot.devtools"))
			.withBean(TestDatabase.class, () -> database)
			.withUserConfiguration(ContainerConfiguration.class)
			.withPropertyValues("spring.datasource.url=jdbc:postgresql://127.0.0.1:1/absent")
			.run((context) -> {
				HikariDataSource pool = context.getBean(HikariDataSource.class);
				pool.getConnection().close();
				assertThat(pool.getJdbcUrl()).isEqualTo(database.jdbcUrl());
				assertThat(pool.getConnectionTimeout()).isEqualTo(5000);
				assertThat(context.getBean(PoolReports.class).all()).containsOnlyKeys("dataSource");
				assertThat(context.getBean(SchemaInitializer.class).report().outcome()).isEqualTo(Outcome.APPLIED);
			});
	}

	@Configuration(proxyBeanMethods = false)
	static class ContainerConfiguration {

		@Bean
		@ServiceConnection
		PostgreSQLContainer container(TestDatabase database) {
			return new RunningContainer(database);
		}

	}

	private static final class RunningContainer extends PostgreSQLContainer {

		private final TestDatabase database;

		RunningContainer(TestDatabase database) {
			super("postgres:18");
			this.database = database;
		}

		@Override
		public void start() {
		}

		@Override
		public void stop() {
		}

		@Override
		public boolean isRunning() {
			return true;
		}

		@Override
		public String getJdbcUrl() {
			return this.database.jdbcUrl();
		}

		@Override
		public String getUsername() {
			return this.database.username();
		}

		@Override
		public String getPassword() {
			return this.database.password();
		}

	}

}
