package dev.pgkeel.existing;

import java.util.Map;

import javax.sql.DataSource;

import com.zaxxer.hikari.HikariDataSource;
import dev.pgkeel.testsupport.TestDatabase;
import dev.pgkeel.testsupport.TestServer;
import jakarta.persistence.EntityManager;
import jakarta.persistence.EntityManagerFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Primary;
import org.springframework.core.env.Environment;
import org.springframework.jdbc.datasource.LazyConnectionDataSourceProxy;
import org.springframework.jdbc.datasource.lookup.AbstractRoutingDataSource;
import org.springframework.orm.jpa.SharedEntityManagerCreator;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests that an application which says inside a transaction with a timeout where it leads
 * to gets there, with pgkeel as without.
 */
class LateRouteTests {

	private final TestDatabase one = TestServer.shared().newDatabase();

	private final TestDatabase other = TestServer.shared().newDatabase();

	@ParameterizedTest
	@CsvSource({ "true, false", "true, true", "false, false", "false, true" })
	void transactionWithATimeoutLeadsWhereItSays(boolean lazy, boolean enabled) {
		String own = "select current_database()";
		try (ConfigurableApplicationContext context = run(lazy, enabled)) {
			Key key = context.getBean(Key.class);
			TransactionTemplate template = new TransactionTemplate(context.getBean(PlatformTransactionManager.class));
			template.setTimeout(60);
			EntityManager entities = SharedEntityManagerCreator
				.createSharedEntityManager(context.getBean(EntityManagerFactory.class));
			assertThat(template.<Object>execute((status) -> entities.createNativeQuery(own).getSingleResult()))
				.isEqualTo(this.one.query(own, String.class));
			Object reached = template.execute((status) -> {
				key.name = "other";
				return entities.createNativeQuery(own).getSingleResult();
			});
			assertThat(reached).isEqualTo(this.other.query(own, String.class));
		}
	}

	private ConfigurableApplicationContext run(boolean lazy, boolean enabled) {
		return new SpringApplicationBuilder(LateRouteConfiguration.class).web(WebApplicationType.NONE)
			.properties("one=" + this.one.jdbcUrl(), "other=" + this.other.jdbcUrl(), "username=" + this.one.username(),
					"lazy=" + lazy, "pgkeel.enabled=" + enabled, "spring.flyway.enabled=false",
					"spring.liquibase.enabled=false", "spring.batch.job.enabled=false",
					"spring.batch.jdbc.initialize-schema=never", "spring.main.banner-mode=off")
			.run();
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class LateRouteConfiguration {

		@Bean
		HikariDataSource one(Environment environment) {
			return pool(environment, "one");
		}

		@Bean
		HikariDataSource other(Environment environment) {
			return pool(environment, "other");
		}

		/**
		 * Without autocommit, so that Hibernate fetches a connection late too.
		 */
		private static HikariDataSource pool(Environment environment, String name) {
			HikariDataSource pool = new HikariDataSource();
			pool.setJdbcUrl(environment.getRequiredProperty(name));
			pool.setUsername(environment.getRequiredProperty("username"));
			pool.setPassword("");
			pool.setAutoCommit(false);
			return pool;
		}

		@Bean
		Key key() {
			return new Key();
		}

		@Bean
		@Primary
		DataSource route(HikariDataSource one, HikariDataSource other, Key key, Environment environment) {
			Route route = new Route(key);
			route.setTargetDataSources(Map.of("one", one, "other", other));
			route.setDefaultTargetDataSource(one);
			route.afterPropertiesSet();
			return environment.getRequiredProperty("lazy", Boolean.class) ? new LazyConnectionDataSourceProxy(route)
					: route;
		}

	}

	static final class Key {

		private String name = "one";

	}

	private static final class Route extends AbstractRoutingDataSource {

		private final Key key;

		Route(Key key) {
			this.key = key;
		}

		@Override
		protected Object determineCurrentLookupKey() {
			return this.key.name;
		}

	}

}
