package dev.pgkeel.autoconfigure;

import java.sql.SQLException;
import java.sql.Statement;

import javax.sql.DataSource;

import dev.pgkeel.testsupport.TestDatabase;
import dev.pgkeel.testsupport.TestServer;
import dev.pgkeel.transaction.GuardedTransactionTemplate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceTransactionManagerAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.transaction.autoconfigure.TransactionAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Primary;
import org.springframework.jdbc.datasource.DataSourceUtils;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionOperations;
import org.springframework.transaction.support.TransactionTemplate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * Tests for {@link PgkeelTransactionAutoConfiguration}.
 */
class PgkeelTransactionAutoConfigurationTests {

	private final TestDatabase database = TestServer.shared().newDatabase();

	private final ApplicationContextRunner contextRunner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(DataSourceAutoConfiguration.class,
				DataSourceTransactionManagerAutoConfiguration.class, TransactionAutoConfiguration.class,
				PgkeelAutoConfiguration.class, PgkeelTransactionAutoConfiguration.class))
		.withPropertyValues(this.database.properties());

	@Test
	void applicationsTemplateIsTheGuardedOne() {
		this.contextRunner.run((context) -> {
			assertThat(context).hasSingleBean(TransactionTemplate.class)
				.hasSingleBean(TransactionOperations.class)
				.hasBean("transactionTemplate");
			assertThat(context.getBean(TransactionTemplate.class))
				.isExactlyInstanceOf(GuardedTransactionTemplate.class);
		});
	}

	@Test
	void templateUsesTheApplicationsTransactionManager() {
		this.contextRunner
			.run((context) -> assertThat(context.getBean(TransactionTemplate.class).getTransactionManager())
				.isSameAs(context.getBean(PlatformTransactionManager.class)));
	}

	@ParameterizedTest
	@ValueSource(strings = { "pgkeel.enabled=false", "pgkeel.transaction.enabled=false" })
	void disabledMeansSpringsTemplate(String property) {
		this.contextRunner.withPropertyValues(property)
			.run((context) -> assertThat(context.getBean(TransactionTemplate.class))
				.isExactlyInstanceOf(TransactionTemplate.class));
	}

	@Test
	void nothingIsLimitedByDefault() {
		this.contextRunner
			.run((context) -> assertThat(context.getBean(TransactionTemplate.class).getTimeout()).isEqualTo(-1));
	}

	@Test
	void timeoutIsTheTemplates() {
		this.contextRunner.withPropertyValues("pgkeel.transaction.timeout=3s")
			.run((context) -> assertThat(context.getBean(TransactionTemplate.class).getTimeout()).isEqualTo(3));
	}

	@Test
	void observingLimitsNothing() {
		this.contextRunner.withPropertyValues("pgkeel.transaction.timeout=3s", "pgkeel.mode=observe")
			.run((context) -> assertThat(context.getBean(TransactionTemplate.class).getTimeout()).isEqualTo(-1));
	}

	@Test
	void fractionOfASecondIsRefusedAtStart() {
		this.contextRunner.withPropertyValues("pgkeel.transaction.timeout=1500ms")
			.run((context) -> assertThat(context).getFailure()
				.hasStackTraceContaining(
						"pgkeel.transaction.timeout must be whole seconds, at least one, and not PT1.5S"));
	}

	@Test
	void springsDefaultTimeoutHasTeethInTheUsersManagers() {
		this.contextRunner.withUserConfiguration(PrimaryManagerConfiguration.class).run((context) -> {
			JdbcTransactionManager manager = context.getBean("second", JdbcTransactionManager.class);
			manager.setDefaultTimeout(1);
			assertThatThrownBy(() -> new TransactionTemplate(manager).executeWithoutResult((status) -> {
				try (Statement statement = DataSourceUtils.getConnection(context.getBean(DataSource.class))
					.createStatement()) {
					statement.execute("select pg_sleep(60)");
				}
				catch (SQLException ex) {
					throw new IllegalStateException(ex);
				}
			})).hasStackTraceContaining("canceling statement");
		});
	}

	@Test
	void templateOfTheUserWins() {
		this.contextRunner.withUserConfiguration(OwnTemplateConfiguration.class)
			.run((context) -> assertThat(context).hasSingleBean(TransactionOperations.class).hasBean("ownTemplate"));
	}

	@Test
	void severalManagersWithoutAPrimaryOneHaveNoTemplate() {
		this.contextRunner.withUserConfiguration(TwoManagersConfiguration.class)
			.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(TransactionTemplate.class));
	}

	@Test
	void primaryManagerIsTaken() {
		this.contextRunner.withUserConfiguration(PrimaryManagerConfiguration.class)
			.run((context) -> assertThat(context.getBean(TransactionTemplate.class).getTransactionManager())
				.isSameAs(context.getBean("primary")));
	}

	@Test
	void missingTransactionModuleMeansNothingHappens() {
		this.contextRunner.withClassLoader(new FilteredClassLoader("org.springframework.boot.transaction"))
			.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(GuardedTransactionTemplate.class));
	}

	@Configuration(proxyBeanMethods = false)
	static class OwnTemplateConfiguration {

		@Bean
		TransactionTemplate ownTemplate(PlatformTransactionManager manager) {
			return new TransactionTemplate(manager);
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class TwoManagersConfiguration {

		@Bean
		PlatformTransactionManager first(DataSource dataSource) {
			return new JdbcTransactionManager(dataSource);
		}

		@Bean
		PlatformTransactionManager second(DataSource dataSource) {
			return new JdbcTransactionManager(dataSource);
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class PrimaryManagerConfiguration {

		@Bean
		@Primary
		PlatformTransactionManager primary(DataSource dataSource) {
			return new JdbcTransactionManager(dataSource);
		}

		@Bean
		PlatformTransactionManager second(DataSource dataSource) {
			return new JdbcTransactionManager(dataSource);
		}

	}

}
