package dev.pgkeel.autoconfigure;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.function.Supplier;

import javax.sql.DataSource;

import com.zaxxer.hikari.HikariDataSource;
import dev.pgkeel.actuate.PgkeelHealthIndicator;
import dev.pgkeel.actuate.ServerInquiry;
import dev.pgkeel.testsupport.TestDatabase;
import dev.pgkeel.testsupport.TestServer;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.postgresql.ds.PGSimpleDataSource;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.health.autoconfigure.contributor.HealthContributorAutoConfiguration;
import org.springframework.boot.health.autoconfigure.registry.HealthContributorRegistryAutoConfiguration;
import org.springframework.boot.health.contributor.CompositeHealthContributor;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthContributor;
import org.springframework.boot.health.contributor.HealthContributors;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.health.contributor.Status;
import org.springframework.boot.health.registry.HealthContributorRegistry;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.health.DataSourceHealthContributorAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.jdbc.datasource.AbstractDataSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link PgkeelHealthAutoConfiguration} and {@link PgkeelHealthIndicator}.
 */
class PgkeelHealthAutoConfigurationTests {

	private final TestDatabase database = TestServer.shared().newDatabase();

	private final ApplicationContextRunner contextRunner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(DataSourceAutoConfiguration.class,
				HealthContributorAutoConfiguration.class, HealthContributorRegistryAutoConfiguration.class,
				PgkeelAutoConfiguration.class, PgkeelPoolAutoConfiguration.class, PgkeelSchemaAutoConfiguration.class,
				PgkeelHealthAutoConfiguration.class))
		.withClassLoader(new FilteredClassLoader("org.springframework.boot.devtools"))
		.withPropertyValues(this.database.properties());

	@Test
	void healthTellsServerPoolAndSchema() {
		this.contextRunner.run((context) -> {
			assertThat(context.getBean(HealthContributorRegistry.class).getContributor("pgkeel")).isNotNull();
			Health health = context.getBean(PgkeelHealthIndicator.class).health();
			assertThat(health.getStatus()).isEqualTo(Status.UP);
			assertThat(health.getDetails().get("server")).asString().matches("PostgreSQL 1[4-8]\\..*");
			assertThat(health.getDetails()).containsEntry("role", "primary").containsEntry("schema", "applied");
			assertThat(health.getDetails().get("pool")).asString().contains("max=10");
			assertThat(health).asString().doesNotContain("password");
		});
	}

	@Test
	void busyPoolIsUpAndNotAsked() {
		this.contextRunner.withPropertyValues("spring.datasource.hikari.maximum-pool-size=2").run((context) -> {
			PgkeelHealthIndicator indicator = context.getBean(PgkeelHealthIndicator.class);
			indicator.health();
			HikariDataSource pool = context.getBean(HikariDataSource.class);
			List<Connection> taken = new ArrayList<>();
			try {
				taken.add(pool.getConnection());
				taken.add(pool.getConnection());
				Health health = indicator.health();
				assertThat(health.getStatus()).isEqualTo(Status.UP);
				assertThat(health.getDetails()).containsKeys("server", "note");
			}
			finally {
				for (Connection connection : taken) {
					connection.close();
				}
			}
			assertThat(indicator.health().getDetails()).doesNotContainKey("note");
		});
	}

	@Test
	void unreachableServerIsDown() {
		this.contextRunner
			.withPropertyValues("spring.datasource.url=jdbc:postgresql://127.0.0.1:1/absent",
					"spring.datasource.password=canary", "pgkeel.schema.enabled=false",
					"spring.datasource.hikari.connection-timeout=300")
			.run((context) -> {
				Health health = context.getBean(PgkeelHealthIndicator.class).health();
				assertThat(health.getStatus()).isEqualTo(Status.DOWN);
				assertThat(health).asString().doesNotContain("canary");
			});
	}

	@Test
	void dataSourceThatDoesNotKnowItsServerIsUnknown() {
		assertGivesNoConnection(RoutingWithoutDefault::new, "Cannot determine target DataSource");
	}

	@Test
	void dataSourceThatRefusesToChooseIsUnknown() {
		assertGivesNoConnection(() -> new RoutingWithoutDefault(() -> {
			throw new NoSuchElementException("no request, no tenant");
		}), "no request, no tenant");
	}

	private void assertGivesNoConnection(Supplier<DataSource> dataSource, String reason) {
		this.contextRunner.withBean(DataSource.class, dataSource)
			.withPropertyValues("pgkeel.schema.enabled=false")
			.run((context) -> {
				Health health = context.getBean(PgkeelHealthIndicator.class).health();
				assertThat(health.getStatus()).isEqualTo(Status.UNKNOWN);
				assertThat(health.getDetails()).containsEntry("cause", "the data source gives no connection")
					.hasEntrySatisfying("error", (error) -> assertThat(error).asString().contains(reason));
			});
	}

	@Test
	void dataSourceThatDoesNotRouteAndFailsIsDown() {
		DataSource tokens = new AbstractDataSource() {

			@Override
			public Connection getConnection() {
				throw new UnsupportedOperationException("no token");
			}

			@Override
			public Connection getConnection(String username, String password) {
				return getConnection();
			}

		};
		this.contextRunner.withBean(DataSource.class, () -> tokens)
			.withPropertyValues("pgkeel.schema.enabled=false", "pgkeel.monitor.enabled=false")
			.run((context) -> assertThat(context.getBean(PgkeelHealthIndicator.class).health().getStatus())
				.isEqualTo(Status.DOWN));
	}

	@Test
	void refusalThatADataSourceWrapsIsDown() {
		Supplier<Object> tenant = () -> {
			throw new IllegalStateException("no server", new SQLException("refused", "08001"));
		};
		this.contextRunner.withBean(DataSource.class, () -> new RoutingWithoutDefault(tenant))
			.withPropertyValues("pgkeel.schema.enabled=false")
			.run((context) -> assertThat(context.getBean(PgkeelHealthIndicator.class).health())
				.satisfies((health) -> assertThat(health.getStatus()).isEqualTo(Status.DOWN))
				.satisfies((health) -> assertThat(health.getDetails()).containsEntry("cause", "server down")));
	}

	@Test
	void switchedOffScriptsAreNotMentioned() {
		this.contextRunner.withPropertyValues("pgkeel.schema.enabled=false")
			.run((context) -> assertThat(context.getBean(PgkeelHealthIndicator.class).health().getDetails())
				.doesNotContainKey("schema"));
	}

	@ParameterizedTest
	@ValueSource(strings = { "pgkeel.enabled=false", "management.health.pgkeel.enabled=false",
			"management.health.defaults.enabled=false", "management.health.db.enabled=false",
			"spring.datasource.url=jdbc:h2:mem:health" })
	void componentBacksOff(String property) {
		this.contextRunner.withPropertyValues(property).run((context) -> {
			assertThat(context).hasNotFailed();
			assertThat(context.getBean(HealthContributorRegistry.class).getContributor("pgkeel")).isNull();
		});
	}

	@Test
	void componentThatIsAskedForStandsWithoutThatOfTheDatabase() {
		this.contextRunner
			.withPropertyValues("management.health.db.enabled=false", "management.health.pgkeel.enabled=true")
			.run((context) -> assertThat(context.getBean(HealthContributorRegistry.class).getContributor("pgkeel"))
				.isNotNull());
	}

	@Test
	void replacedComponentOfAnotherDatabaseIsSpringBoots() {
		this.contextRunner
			.withPropertyValues("pgkeel.health.replace-db=true", "spring.datasource.url=jdbc:h2:mem:health")
			.run((context) -> {
				assertThat(context).hasNotFailed();
				assertThat(context.getBean(HealthContributorRegistry.class).getContributor("db"))
					.asInstanceOf(InstanceOfAssertFactories.type(HealthIndicator.class))
					.extracting(HealthIndicator::health)
					.satisfies((health) -> {
						assertThat(health.getStatus()).isEqualTo(Status.UP);
						assertThat(health.getDetails()).containsEntry("database", "H2");
					});
			});
	}

	@Test
	void replacedComponentNamesWhatIsRoutedTo() {
		this.contextRunner.withConfiguration(AutoConfigurations.of(DataSourceHealthContributorAutoConfiguration.class))
			.withBean(DataSource.class, () -> {
				RoutingWithoutDefault routing = new RoutingWithoutDefault(() -> "a");
				routing.setTargetDataSources(Map.of("a", dataSource(), "b", new PGSimpleDataSource()));
				return routing;
			})
			.withPropertyValues("pgkeel.health.replace-db=true", "pgkeel.schema.enabled=false")
			.run((context) -> assertThat(context.getBean(HealthContributorRegistry.class).getContributor("db"))
				.asInstanceOf(InstanceOfAssertFactories.type(CompositeHealthContributor.class))
				.satisfies((db) -> assertThat(db.stream().map(HealthContributors.Entry::name))
					.containsExactlyInAnyOrder("a", "b")));
	}

	@Test
	void componentOfSeveralDataSourcesIsNotReplaced() {
		this.contextRunner.withConfiguration(AutoConfigurations.of(DataSourceHealthContributorAutoConfiguration.class))
			.withBean("main", DataSource.class, this::dataSource, (definition) -> definition.setPrimary(true))
			.withBean("other", DataSource.class, this::dataSource)
			.withPropertyValues("pgkeel.health.replace-db=true")
			.run((context) -> {
				assertThat(context.getBean(HealthContributorRegistry.class).getContributor("pgkeel")).isNotNull();
				assertThat(context.getBean(HealthContributorRegistry.class).getContributor("db"))
					.asInstanceOf(InstanceOfAssertFactories.type(CompositeHealthContributor.class))
					.satisfies((db) -> assertThat(db.stream().map(HealthContributors.Entry::name))
						.containsExactlyInAnyOrder("main", "other"));
			});
	}

	private DataSource dataSource() {
		PGSimpleDataSource dataSource = new PGSimpleDataSource();
		dataSource.setUrl(this.database.jdbcUrl());
		dataSource.setUser(this.database.username());
		return dataSource;
	}

	@Test
	void indicatorOfTheUserWins() {
		this.contextRunner
			.withBean("pgkeelHealthIndicator", PgkeelHealthIndicator.class,
					() -> new PgkeelHealthIndicator(new ServerInquiry(new HikariDataSource(), null), null, null))
			.run((context) -> assertThat(context).hasSingleBean(PgkeelHealthIndicator.class)
				.doesNotHaveBean("pgkeelHealthContributor"));
	}

	@Test
	void missingHealthModuleMeansNothingHappens() {
		this.contextRunner.withClassLoader(new FilteredClassLoader(HealthContributor.class))
			.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean("pgkeelHealthContributor"));
	}

}
