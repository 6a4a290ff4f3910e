package dev.pgkeel.autoconfigure;

import javax.sql.DataSource;

import com.zaxxer.hikari.HikariDataSource;
import dev.pgkeel.actuate.PgkeelEndpoint;
import dev.pgkeel.embedded.EmbeddedPostgresAutoConfiguration;
import dev.pgkeel.entities.GuardedNote;
import dev.pgkeel.lease.LeasedPools;
import dev.pgkeel.schema.SchemaInitializer;
import dev.pgkeel.schema.SchemaReport.Outcome;
import dev.pgkeel.server.ServerMonitor;
import dev.pgkeel.testsupport.TestDatabase;
import dev.pgkeel.testsupport.TestServer;
import jakarta.persistence.EntityManager;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.autoconfigure.AutoConfigurationPackage;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.data.jpa.test.autoconfigure.DataJpaTest;
import org.springframework.boot.jdbc.test.autoconfigure.AutoConfigureTestDatabase;
import org.springframework.boot.jdbc.test.autoconfigure.JdbcTest;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.test.context.ContextConfiguration;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import org.springframework.test.context.TestPropertySource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests that schema scripts are applied in Spring Boot's test slices, as migrations are.
 */
@TestPropertySource(properties = { "pgkeel.schema.locations=classpath:db/slice/*.sql", "spring.flyway.enabled=false",
		"spring.liquibase.enabled=false" })
class TestSliceTests {

	private static void use(TestDatabase database, DynamicPropertyRegistry properties) {
		properties.add("spring.datasource.url", database::jdbcUrl);
		properties.add("spring.datasource.username", database::username);
		properties.add("spring.datasource.password", database::password);
	}

	@Nested
	@JdbcTest
	@AutoConfigureTestDatabase(replace = AutoConfigureTestDatabase.Replace.NONE)
	@ContextConfiguration(classes = SliceConfiguration.class)
	class OfJdbc {

		private static final TestDatabase DATABASE = TestServer.shared().newDatabase();

		@DynamicPropertySource
		static void database(DynamicPropertyRegistry properties) {
			use(DATABASE, properties);
		}

		@Test
		void scriptsAreApplied(@Autowired JdbcClient jdbc) {
			assertThat(jdbc.sql("select count(*) from note").query(Long.class).single()).isZero();
		}

		@Test
		void nothingElseIsThere(@Autowired ApplicationContext context) {
			assertThat(context.getBean(DataSource.class).getClass()).isEqualTo(HikariDataSource.class);
			assertThat(context.getBeanNamesForType(LeasedPools.class)).isEmpty();
			assertThat(context.getBeanNamesForType(ServerMonitor.class)).isEmpty();
			assertThat(context.getBeanNamesForType(PgkeelEndpoint.class)).isEmpty();
		}

	}

	@Nested
	@DataJpaTest(properties = "spring.jpa.hibernate.ddl-auto=validate")
	@AutoConfigureTestDatabase(replace = AutoConfigureTestDatabase.Replace.NONE)
	@ContextConfiguration(classes = SliceConfiguration.class)
	class OfJpa {

		private static final TestDatabase DATABASE = TestServer.shared().newDatabase();

		@DynamicPropertySource
		static void database(DynamicPropertyRegistry properties) {
			use(DATABASE, properties);
		}

		@Test
		void scriptsAreAppliedBeforeHibernateValidates(@Autowired EntityManager entities) {
			assertThat(entities.createQuery("from note", GuardedNote.class).getResultList()).isEmpty();
		}

	}

	@Nested
	@JdbcTest
	@AutoConfigureTestDatabase(replace = AutoConfigureTestDatabase.Replace.NONE)
	@ImportAutoConfiguration(EmbeddedPostgresAutoConfiguration.class)
	@ContextConfiguration(classes = SliceConfiguration.class)
	class OfJdbcWithoutDocker {

		@Test
		void scriptsAreApplied(@Autowired JdbcClient jdbc) {
			assertThat(jdbc.sql("select count(*) from note").query(Long.class).single()).isZero();
		}

	}

	@Nested
	@JdbcTest
	@AutoConfigureTestDatabase(replace = AutoConfigureTestDatabase.Replace.ANY)
	@ContextConfiguration(classes = SliceConfiguration.class)
	class WithEmbeddedDatabase {

		@Test
		void scriptsAreLeftAlone(@Autowired SchemaInitializer initializer) {
			assertThat(initializer.report().outcome()).isEqualTo(Outcome.NOTHING_TO_DO);
		}

	}

	/**
	 * Maps the table {@code note}.
	 */
	@Configuration(proxyBeanMethods = false)
	@AutoConfigurationPackage(basePackageClasses = GuardedNote.class)
	static class SliceConfiguration {

	}

}
