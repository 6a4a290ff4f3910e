package dev.pgkeel.autoconfigure;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

import javax.sql.DataSource;

import com.zaxxer.hikari.HikariDataSource;
import dev.pgkeel.actuate.BudgetMeters;
import dev.pgkeel.actuate.PgkeelEndpoint;
import dev.pgkeel.actuate.PgkeelHealthIndicator;
import dev.pgkeel.actuate.PgkeelMeters;
import dev.pgkeel.alert.AlertSubject;
import dev.pgkeel.alert.ConnectionAlerts;
import dev.pgkeel.pool.PoolReports;
import dev.pgkeel.pool.PoolSetting;
import dev.pgkeel.server.LimitUsage;
import dev.pgkeel.server.RefusalReason;
import dev.pgkeel.server.Refusals;
import dev.pgkeel.server.ServerMonitor;
import dev.pgkeel.testsupport.TestDatabase;
import dev.pgkeel.testsupport.TestServer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.beans.factory.ObjectFactory;
import org.springframework.beans.factory.config.BeanFactoryPostProcessor;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.health.autoconfigure.contributor.HealthContributorAutoConfiguration;
import org.springframework.boot.health.autoconfigure.registry.HealthContributorRegistryAutoConfiguration;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.health.contributor.Status;
import org.springframework.boot.health.registry.HealthContributorRegistry;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.health.DataSourceHealthContributorAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.Lifecycle;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Scope;
import org.springframework.context.annotation.ScopedProxyMode;
import org.springframework.core.env.Environment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatException;

/**
 * Tests for {@link PgkeelMonitorAutoConfiguration}, the budget, the meters and the health
 * component that it feeds.
 */
@Tag("compatibility")
@ExtendWith(OutputCaptureExtension.class)
class PgkeelMonitorAutoConfigurationTests {

	private final TestDatabase database = TestServer.shared().newDatabase();

	private final ApplicationContextRunner contextRunner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(DataSourceAutoConfiguration.class,
				HealthContributorAutoConfiguration.class, HealthContributorRegistryAutoConfiguration.class,
				DataSourceHealthContributorAutoConfiguration.class, PgkeelAutoConfiguration.class,
				PgkeelPoolAutoConfiguration.class, PgkeelLeaseAutoConfiguration.class,
				PgkeelMonitorAutoConfiguration.class, PgkeelMetersAutoConfiguration.class,
				PgkeelHealthAutoConfiguration.class))
		.withClassLoader(new FilteredClassLoader("org.springframework.boot.devtools"))
		.withPropertyValues(this.database.properties())
		.withPropertyValues("spring.datasource.url=" + this.database.directUrl(), "pgkeel.monitor.interval=200ms");

	private static void await(org.awaitility.core.ThrowingRunnable assertion) {
		Awaitility.await().ignoreExceptions().atMost(Duration.ofSeconds(60)).untilAsserted(assertion);
	}

	private long sessions() {
		return this.database.query("select count(*) from pg_stat_activity where datname = current_database()"
				+ " and pid <> pg_backend_pid()", Long.class);
	}

	@Test
	void monitorWatchesOnOneSessionThatEndsWithTheApplication() {
		this.contextRunner.run((context) -> {
			ServerMonitor monitor = context.getBean(ServerMonitor.class);
			await(() -> assertThat(monitor.current()).isNotNull());
			await(() -> assertThat(sessions()).isOne());
			assertThat(monitor.current().byApplication()).containsKey("application monitor");
			assertThat(context.getBean(HikariDataSource.class).isRunning()).isFalse();
		});
		await(() -> assertThat(sessions()).isZero());
	}

	@Test
	void fullPoolIsUpWithoutABorrowWhereTheOwnCheckOfSpringBootIsDown() throws Exception {
		this.contextRunner
			.withPropertyValues("spring.datasource.hikari.maximum-pool-size=1",
					"spring.datasource.hikari.connection-timeout=300",
					"spring.datasource.hikari.data-source-properties.loginTimeout=30")
			.run((context) -> {
				await(() -> assertThat(context.getBean(ServerMonitor.class).current()).isNotNull());
				try (Connection taken = context.getBean(HikariDataSource.class).getConnection()) {
					assertThat(taken.isValid(5)).isTrue();
					assertThat(db(context.getBean(HealthContributorRegistry.class)).getStatus()).isEqualTo(Status.DOWN);
					var health = context.getBean(PgkeelHealthIndicator.class).health();
					assertThat(health.getStatus()).isEqualTo(Status.UP);
					assertThat(health.getDetails()).containsEntry("cause", "pool busy")
						.hasEntrySatisfying("connections", (text) -> assertThat(text).asString().contains("/97"));
				}
			});
	}

	@Test
	void replacedCheckIsUpForAFullPool() {
		this.contextRunner
			.withPropertyValues("spring.datasource.hikari.maximum-pool-size=1",
					"spring.datasource.hikari.connection-timeout=300",
					"spring.datasource.hikari.data-source-properties.loginTimeout=30", "pgkeel.health.replace-db=true")
			.run((context) -> {
				await(() -> assertThat(context.getBean(ServerMonitor.class).current()).isNotNull());
				try (Connection taken = context.getBean(HikariDataSource.class).getConnection()) {
					assertThat(taken.isValid(5)).isTrue();
					assertThat(db(context.getBean(HealthContributorRegistry.class)).getStatus()).isEqualTo(Status.UP);
				}
			});
	}

	private static org.springframework.boot.health.contributor.Health db(HealthContributorRegistry registry) {
		return ((HealthIndicator) registry.getContributor("db")).health();
	}

	@Test
	void unreachableServerIsDownAndItsFiguresAreNotKnown() {
		this.contextRunner.withPropertyValues("spring.datasource.url=jdbc:postgresql://127.0.0.1:1/absent")
			.withBean(SimpleMeterRegistry.class)
			.run((context) -> {
				SimpleMeterRegistry registry = context.getBean(SimpleMeterRegistry.class);
				context.getBean(PgkeelMeters.class).bindTo(registry);
				await(() -> {
					var health = context.getBean(PgkeelHealthIndicator.class).health();
					assertThat(health.getStatus()).isEqualTo(Status.DOWN);
					assertThat(health.getDetails()).containsEntry("cause", "server down")
						.containsEntry("connections", "unknown");
				});
				assertThat(registry.get("pgkeel.server.utilization").gauge().value()).isNaN();
			});
	}

	@Test
	void metersShowWhatTheMonitorSaw() {
		this.contextRunner.withBean(SimpleMeterRegistry.class).run((context) -> {
			SimpleMeterRegistry registry = context.getBean(SimpleMeterRegistry.class);
			context.getBean(PgkeelMeters.class).bindTo(registry);
			await(() -> assertThat(registry.get("pgkeel.server.connections.application")
				.tag("application", "application monitor")
				.gauge()
				.value()).isPositive());
			assertThat(registry.get("pgkeel.server.connections.limit").tag("kind", "usable").gauge().value())
				.isEqualTo(97);
			assertThat(registry.get("pgkeel.server.connections").tag("state", "active").gauge().value()).isPositive();
			assertThat(registry.get("pgkeel.alert.level").tag("subject", "connections").gauge().value()).isZero();
			assertThat(registry.get("pgkeel.server.refused").functionCounters()).hasSize(RefusalReason.values().length);
		});
	}

	@Test
	void endpointShowsWhatTheMonitorSaw() {
		this.contextRunner.withConfiguration(AutoConfigurations.of(PgkeelEndpointAutoConfiguration.class))
			.withPropertyValues("management.endpoints.web.exposure.include=pgkeel",
					"management.endpoints.jmx.exposure.include=pgkeel")
			.run((context) -> {
				await(() -> assertThat(context.getBean(ServerMonitor.class).current()).isNotNull());
				var shown = context.getBean(PgkeelEndpoint.class).pgkeel();
				assertThat(shown.server().state()).isEqualTo("answered");
				assertThat(shown.visibility().seesAllSessions()).isTrue();
				assertThat(shown.visibility().hiddenSessions()).isZero();
				assertThat(shown.visibility().totals()).isEqualTo("exact");
				var watch = shown.watch();
				assertThat(watch.connection()).isEqualTo("dedicated");
				assertThat(watch.failure()).isNull();
				assertThat(watch.limits()).singleElement().satisfies((limit) -> {
					assertThat(limit.kind()).isEqualTo("server");
					assertThat(limit.limit()).isEqualTo(97);
					assertThat(limit.binding()).isTrue();
				});
				assertThat(watch.sessions().get("application monitor")).containsEntry("active", 1);
				assertThat(context.getBean(HikariDataSource.class).isRunning()).isFalse();
				assertThat(watch.alerts()).isEmpty();
			});
	}

	@Test
	void endpointShowsTheLimitsOfThePresent() {
		String role = "limited_" + this.database.name();
		this.database.execute("create role " + role + " login");
		this.contextRunner.withConfiguration(AutoConfigurations.of(PgkeelEndpointAutoConfiguration.class))
			.withPropertyValues("spring.datasource.username=" + role,
					"management.endpoints.web.exposure.include=pgkeel",
					"management.endpoints.jmx.exposure.include=pgkeel")
			.run((context) -> {
				PgkeelEndpoint endpoint = context.getBean(PgkeelEndpoint.class);
				await(() -> assertThat(endpoint.pgkeel().watch().limits()).hasSize(1));
				this.database.execute("alter role " + role + " connection limit 20");
				await(() -> assertThat(endpoint.pgkeel().watch().limits()).hasSize(2));
				assertThat(endpoint.pgkeel().server().roleLimit()).isEqualTo(20);
				assertThat(endpoint.pgkeel().server().usableConnections()).isEqualTo(20);
			});
		this.database.execute("drop role " + role);
	}

	@ParameterizedTest
	@ValueSource(strings = { "nosuperuser", "superuser" })
	void monitorOfAnotherRoleWatchesTheLimitOfTheApplications(String kind) throws SQLException {
		String role = "limited_" + this.database.name();
		String owner = "owner_" + this.database.name();
		this.database
			.execute("create role " + role + " login connection limit 6; create role " + owner + " login " + kind);
		try (Connection first = this.database.connectAs(role, "others");
				Connection second = this.database.connectAs(role, "others");
				Connection third = this.database.connectAs(role, "others")) {
			this.contextRunner
				.withPropertyValues("pgkeel.monitor.connection=dedicated", "spring.datasource.username=" + role,
						"pgkeel.direct.url=" + this.database.directUrl(), "pgkeel.direct.username=" + owner)
				.run((context) -> {
					ServerMonitor monitor = context.getBean(ServerMonitor.class);
					await(() -> assertThat(monitor.isDedicated()).isTrue());
					await(() -> assertThat(monitor.current().binding())
						.isEqualTo(new LimitUsage(LimitUsage.Kind.ROLE, 3, 6, kind.equals("nosuperuser"))));
				});
			assertThat(List.of(first, second, third)).allSatisfy((open) -> assertThat(open.isValid(5)).isTrue());
		}
		this.database.execute("drop role " + role + "; drop role " + owner);
	}

	@Test
	void dedicatedSessionOnTheDirectWayNeedsNothingElseToBeKnown() {
		this.contextRunner.withUserConfiguration(OwnPool.class)
			.withPropertyValues("pgkeel.monitor.connection=dedicated", "pgkeel.direct.url=" + this.database.directUrl())
			.run((context) -> {
				ServerMonitor monitor = context.getBean(ServerMonitor.class);
				await(() -> assertThat(monitor.current()).isNotNull());
				assertThat(monitor.isDedicated()).isTrue();
			});
	}

	@Test
	void rolesOfBothWaysMayStandInTheUrls() throws SQLException {
		String role = "limited_" + this.database.name();
		String owner = "owner_" + this.database.name();
		this.database
			.execute("create role " + role + " login connection limit 6; create role " + owner + " login superuser");
		this.contextRunner
			.withPropertyValues("pgkeel.monitor.connection=dedicated",
					"spring.datasource.url=" + withUser(this.database.jdbcUrl(), role),
					"pgkeel.direct.url=" + withUser(this.database.directUrl(), owner))
			.run((context) -> {
				ServerMonitor monitor = context.getBean(ServerMonitor.class);
				await(() -> assertThat(monitor.isDedicated()).isTrue());
				await(() -> assertThat(monitor.current().limits().role()).isEqualTo(6));
			});
		this.database.execute("drop role " + role + "; drop role " + owner);
	}

	private static String withUser(String url, String user) {
		return url + (url.contains("?") ? "&" : "?") + "user=" + user;
	}

	@Test
	void directWayThatIsNotUsedIsNoReasonForASessionOfItsOwn() {
		this.contextRunner
			.withPropertyValues("pgkeel.monitor.connection=dedicated", "pgkeel.direct.url=" + this.database.directUrl(),
					"spring.datasource.hikari.data-source-properties.socketFactory="
							+ "dev.pgkeel.existing.WrappingDriverTests$CountingSocketFactory")
			.run((context) -> {
				ServerMonitor monitor = context.getBean(ServerMonitor.class);
				context.getBean(DataSource.class).getConnection().close();
				await(() -> assertThat(monitor.current()).isNotNull());
				assertThat(monitor.isDedicated()).isFalse();
			});
	}

	@Test
	void poolOfTheProfileIsLoweredToItsShare() {
		this.contextRunner.withPropertyValues("pgkeel.fleet.instances=10", "pgkeel.monitor.enabled=false")
			.run((context) -> {
				assertThat(context.getBean(HikariDataSource.class).getMaximumPoolSize()).isEqualTo(9);
				assertThat(context.getBean(PoolReports.class).all().get("dataSource").settings())
					.anySatisfy((setting) -> assertThat(setting.reason())
						.startsWith("10 instances x 10 = 100 > 97 usable (100 - 3 reserved): use at most 9"));
			});
	}

	@Test
	void budgetIsAMeterWithoutAMonitorToo() {
		this.contextRunner
			.withPropertyValues("pgkeel.fleet.instances=10", "pgkeel.monitor.enabled=false",
					"spring.datasource.hikari.maximum-pool-size=30")
			.withBean(SimpleMeterRegistry.class)
			.run((context) -> {
				SimpleMeterRegistry registry = context.getBean(SimpleMeterRegistry.class);
				context.getBean(DataSource.class);
				context.getBean(BudgetMeters.class).bindTo(registry);
				assertThat(registry.get("pgkeel.pool.budget").tag("pool", "dataSource").gauge().value()).isEqualTo(9);
			});
	}

	@Test
	void sizeOfTheUserIsNeverChanged() {
		this.contextRunner
			.withPropertyValues("pgkeel.fleet.instances=4", "spring.datasource.hikari.maximum-pool-size=30")
			.run((context) -> assertThat(context.getBean(HikariDataSource.class).getMaximumPoolSize()).isEqualTo(30));
	}

	@ParameterizedTest
	@ValueSource(ints = { 7, 10 })
	void sizeThatTheUsersCodeSetsIsNeverChanged(int size) {
		this.contextRunner.withConfiguration(AutoConfigurations.of(PgkeelLeaseAutoConfiguration.class))
			.withPropertyValues("pgkeel.fleet.instances=20")
			.withBean("resizing", BeanPostProcessor.class, () -> resizing(size))
			.run((context) -> assertThat(context.getBean(HikariDataSource.class).getMaximumPoolSize()).isEqualTo(size));
	}

	private static BeanPostProcessor resizing(int size) {
		return new BeanPostProcessor() {

			@Override
			public Object postProcessAfterInitialization(Object bean, String beanName) {
				if (bean instanceof HikariDataSource pool) {
					pool.setMaximumPoolSize(size);
				}
				return bean;
			}

		};
	}

	@ParameterizedTest
	@CsvSource({ "clamp, 10, spring.main.banner-mode=off, 'Observed only: would have been lowered'",
			"fail, 10, spring.main.banner-mode=off, 'Observed only: would have failed the start'",
			"warn, 10, spring.main.banner-mode=off, 'Set spring.datasource.hikari.maximum-pool-size to 4 or less'",
			"clamp, 30, spring.datasource.hikari.maximum-pool-size=30, 'Set spring.datasource.hikari.maximum-pool-size to 4 or less'" })
	void observedPoolIsLeftAsItIs(String overBudget, int size, String property, String says, CapturedOutput output) {
		this.contextRunner
			.withPropertyValues("pgkeel.fleet.instances=20", "pgkeel.mode=observe",
					"pgkeel.pool.over-budget=" + overBudget, property)
			.run((context) -> assertThat(context.getBean(HikariDataSource.class).getMaximumPoolSize()).isEqualTo(size));
		assertThat(output.getOut().lines().filter((line) -> line.contains("over budget"))).singleElement()
			.asString()
			.contains(says);
	}

	@ParameterizedTest
	@ValueSource(strings = { "spring.main.banner-mode=off", "pgkeel.fleet.max-connections=1000" })
	void startFailsOverBudgetIfAsked(String property) {
		this.contextRunner.withPropertyValues("pgkeel.fleet.instances=20", "pgkeel.pool.over-budget=fail", property)
			.run((context) -> assertThat(context).hasFailed()
				.getFailure()
				.rootCause()
				.hasMessageContaining("use at most"));
	}

	@Test
	void serverlessMonitorAsksOnDemandButNotForAScrape() {
		this.contextRunner.withConfiguration(AutoConfigurations.of(PgkeelEndpointAutoConfiguration.class))
			.withBean(SimpleMeterRegistry.class)
			.withPropertyValues("pgkeel.runtime-profile=serverless", "pgkeel.monitor.connection=dedicated",
					"management.endpoints.web.exposure.include=pgkeel",
					"management.endpoints.jmx.exposure.include=pgkeel")
			.run((context) -> {
				ServerMonitor monitor = context.getBean(ServerMonitor.class);
				SimpleMeterRegistry registry = context.getBean(SimpleMeterRegistry.class);
				context.getBean(PgkeelMeters.class).bindTo(registry);
				assertThat(registry.get("pgkeel.server.utilization").gauge().value()).isNaN();
				// A growing age would be taken for a blind monitor
				assertThat(registry.get("pgkeel.monitor.data.age").timeGauge().value()).isNaN();
				assertThat(monitor.isRunning()).isFalse();
				assertThat(monitor.state().askedAt()).isNull();
				var health = context.getBean(PgkeelHealthIndicator.class).health();
				assertThat(health.getStatus()).isEqualTo(Status.UP);
				assertThat(health.getDetails().get("connections")).asString().contains("/97");
				assertThat(registry.get("pgkeel.server.utilization").gauge().value()).isPositive();
				Instant asked = monitor.state().askedAt();
				await(() -> {
					assertThat(context.getBean(PgkeelEndpoint.class).pgkeel().watch().sessions()).isNotEmpty();
					assertThat(monitor.state().askedAt()).isAfter(asked);
				});
				assertThat(context.getBean(HikariDataSource.class).isRunning()).isFalse();
				await(() -> assertThat(sessions()).isZero());
				assertThat(Thread.getAllStackTraces().keySet()).extracting(Thread::getName)
					.doesNotContain("pgkeel-monitor");
			});
	}

	@Test
	void budgetThatNobodyKnowsIsNaN() {
		this.contextRunner.withBean(SimpleMeterRegistry.class)
			.withPropertyValues("spring.datasource.url=jdbc:postgresql://127.0.0.1:1/absent")
			.run((context) -> {
				SimpleMeterRegistry registry = context.getBean(SimpleMeterRegistry.class);
				context.getBean(BudgetMeters.class).bindTo(registry);
				assertThat(registry.get(BudgetMeters.BUDGET).tag("pool", "dataSource").gauge().value()).isNaN();
			});
	}

	@Test
	void loweredMinimumIsReportedAndOthersAreTold() throws Exception {
		try (Connection other = this.database.connect()) {
			assertThat(other.isValid(5)).isTrue();
			this.contextRunner.withPropertyValues("pgkeel.fleet.instances=97", "pgkeel.monitor.enabled=false")
				.run((context) -> {
					assertThat(context.getBean(HikariDataSource.class).getMinimumIdle()).isOne();
					assertThat(
							context.getBean(PoolReports.class).all().get("dataSource").from(PoolSetting.Source.BUDGET))
						.satisfiesExactly((size) -> {
							assertThat(size).hasToString("maximumPoolSize=1");
							assertThat(size.reason())
								.matches("97 instances x 10 = 970 > 97 usable \\(100 - 3 reserved\\):"
										+ " use at most 1; other applications have \\d+ sessions at the moment");
						}, (idle) -> assertThat(idle).hasToString("minimumIdle=1"));
				});
		}
	}

	@ParameterizedTest
	@CsvSource({ "97, 600000", "40, 600000", "30, 30000" })
	void poolThatIsLoweredToAFixedSizeKeepsNoTimeThatHikariWarnsOf(int instances, long idleTimeout) {
		this.contextRunner.withPropertyValues("pgkeel.fleet.instances=" + instances, "pgkeel.monitor.enabled=false")
			.run((context) -> {
				assertThat(context.getBean(HikariDataSource.class).getIdleTimeout()).isEqualTo(idleTimeout);
				assertThat(context.getBean(PoolReports.class).all().get("dataSource").settings())
					.filteredOn((setting) -> setting.name().equals("idleTimeout"))
					.singleElement()
					.hasToString((idleTimeout == 30_000) ? "idleTimeout=30 s" : "idleTimeout=10 min");
			});
	}

	@Test
	void timedOutBorrowIsToldAtOnce() {
		this.contextRunner
			.withPropertyValues("spring.datasource.hikari.maximum-pool-size=1", "pgkeel.monitor.interval=1h",
					"spring.datasource.hikari.connection-timeout=300",
					"spring.datasource.hikari.data-source-properties.loginTimeout=30")
			.run((context) -> {
				HikariDataSource pool = context.getBean(HikariDataSource.class);
				ConnectionAlerts alerts = context.getBean(ConnectionAlerts.class);
				await(() -> assertThat(context.getBean(ServerMonitor.class).current()).isNotNull());
				try (Connection taken = pool.getConnection()) {
					assertThat(taken.isValid(5)).isTrue();
					assertThat(alerts.current()).isEmpty();
					assertThatException().isThrownBy(() -> CompletableFuture.supplyAsync(() -> borrow(pool)).join());
					await(() -> assertThat(alerts.current()).singleElement().satisfies((alert) -> {
						assertThat(alert.subject()).isEqualTo(AlertSubject.POOL);
						assertThat(alert.dedupKey()).matches("pgkeel/application/[0-9a-z]{6}/pool");
					}));
				}
			});
	}

	private static Connection borrow(HikariDataSource pool) {
		try {
			return pool.getConnection();
		}
		catch (SQLException ex) {
			throw new IllegalStateException(ex);
		}
	}

	@Test
	void unreachableServerIsSaidToBeDownWithoutAMonitorToo() {
		this.contextRunner
			.withPropertyValues("spring.datasource.url=jdbc:postgresql://127.0.0.1:1/absent",
					"pgkeel.monitor.enabled=false", "spring.datasource.hikari.connection-timeout=300",
					"spring.datasource.hikari.data-source-properties.loginTimeout=30")
			.run((context) -> {
				var health = context.getBean(PgkeelHealthIndicator.class).health();
				assertThat(health.getStatus()).isEqualTo(Status.DOWN);
				assertThat(health.getDetails()).containsEntry("cause", "server down").containsKey("error");
			});
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|',
			value = {
					"pgkeel.alert.thresholds.alert=85 | pgkeel.alert.thresholds must rise from alert to page to panic,"
							+ " between 1 and 100 percent, but they are alert=85, page=85, panic=95",
					"pgkeel.alert.thresholds.panic=101 | alert=70, page=85, panic=101",
					"pgkeel.alert.webhook.timeout=0 | pgkeel.alert.webhook.timeout is 0 ms, but must be at least 1 ms",
					"pgkeel.monitor.interval=0s | pgkeel.monitor.interval is 0 ms, but must be at least 100 ms" })
	void mistakeInAPropertyIsExplained(String property, String explanation) {
		this.contextRunner.withPropertyValues(property)
			.run((context) -> assertThat(FailureAnalyses.of(context.getStartupFailure()).getDescription())
				.contains(explanation));
	}

	@ParameterizedTest
	@ValueSource(strings = { "pgkeel.enabled=false", "pgkeel.monitor.enabled=false" })
	void monitorBacksOff(String property) {
		this.contextRunner.withPropertyValues(property)
			.run((context) -> assertThat(context).hasNotFailed()
				.doesNotHaveBean(ServerMonitor.class)
				.doesNotHaveBean(ConnectionAlerts.class)
				.doesNotHaveBean(PgkeelMeters.class));
	}

	@Test
	void otherDatabaseIsNotWatched() {
		this.contextRunner.withPropertyValues("spring.datasource.url=jdbc:h2:mem:monitor")
			.run((context) -> assertThat(context).hasNotFailed()
				.getBean(ServerMonitor.class)
				.matches((monitor) -> !monitor.isRunning()));
	}

	@Test
	void otherDatabaseIsNotWatchedAfterAStopEither() {
		this.contextRunner.withPropertyValues("spring.datasource.url=jdbc:h2:mem:monitor").run((context) -> {
			Lifecycle source = context.getSourceApplicationContext();
			source.stop();
			source.start();
			assertThat(context.getBean(ServerMonitor.class).isRunning()).isFalse();
		});
	}

	@Test
	void childContextLeavesItsParentsPoolToTheParentsMonitor() {
		this.contextRunner
			.withPropertyValues("spring.datasource.hikari.maximum-pool-size=1",
					"spring.datasource.hikari.connection-timeout=300",
					"spring.datasource.hikari.data-source-properties.loginTimeout=30")
			.run((parent) -> {
				this.contextRunner.withParent(parent).run((child) -> {
					assertThat(child).hasNotFailed();
					assertThat(child.containsLocalBean("dataSource")).isFalse();
				});
				HikariDataSource pool = parent.getBean(HikariDataSource.class);
				try (Connection taken = pool.getConnection()) {
					assertThatException().isThrownBy(pool::getConnection);
					assertThat(taken.isValid(5)).isTrue();
				}
				assertThat(parent.getBean(Refusals.class).timeouts()).isOne();
			});
	}

	@Test
	void poolThatItsScopeMakesAnewIsCountedLikeTheFirst() {
		this.contextRunner.withUserConfiguration(ScopedPool.class).run((context) -> {
			DataSource pool = context.getBean("dataSource", DataSource.class);
			Refusals refusals = context.getBean(Refusals.class);
			exhaust(pool);
			assertThat(refusals.timeouts()).isOne();
			context.getBean(RemakingScope.class).remake();
			await(() -> {
				exhaust(pool);
				assertThat(refusals.timeouts()).isGreaterThan(1);
			});
		});
	}

	private static void exhaust(DataSource pool) throws SQLException {
		try (Connection taken = pool.getConnection()) {
			assertThatException().isThrownBy(pool::getConnection);
			assertThat(taken.isValid(5)).isTrue();
		}
	}

	@Configuration(proxyBeanMethods = false)
	static class ScopedPool {

		@Bean
		static RemakingScope remakingScope() {
			return new RemakingScope();
		}

		@Bean
		@Scope(scopeName = "remaking", proxyMode = ScopedProxyMode.TARGET_CLASS)
		DataSource dataSource(Environment environment) {
			HikariDataSource pool = new OwnPool().ownPool(environment);
			pool.setMaximumPoolSize(1);
			pool.setConnectionTimeout(300);
			pool.addDataSourceProperty("loginTimeout", "30");
			return pool;
		}

	}

	/**
	 * Makes its beans anew, as Spring Cloud's refresh scope does.
	 */
	static class RemakingScope implements org.springframework.beans.factory.config.Scope, BeanFactoryPostProcessor {

		private final Map<String, Object> beans = new ConcurrentHashMap<>();

		private final Map<String, Runnable> callbacks = new ConcurrentHashMap<>();

		@Override
		public void postProcessBeanFactory(ConfigurableListableBeanFactory beanFactory) {
			beanFactory.registerScope("remaking", this);
		}

		@Override
		public synchronized Object get(String name, ObjectFactory<?> objectFactory) {
			return this.beans.computeIfAbsent(name, (absent) -> objectFactory.getObject());
		}

		@Override
		public Object remove(String name) {
			return this.beans.remove(name);
		}

		@Override
		public void registerDestructionCallback(String name, Runnable callback) {
			this.callbacks.put(name, callback);
		}

		@Override
		public Object resolveContextualObject(String key) {
			return null;
		}

		@Override
		public String getConversationId() {
			return "remaking";
		}

		synchronized void remake() {
			this.beans.clear();
			this.callbacks.values().forEach(Runnable::run);
			this.callbacks.clear();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class OwnPool {

		@Bean
		HikariDataSource ownPool(Environment environment) {
			HikariDataSource pool = new HikariDataSource();
			pool.setJdbcUrl(environment.getRequiredProperty("spring.datasource.url"));
			pool.setUsername(environment.getRequiredProperty("spring.datasource.username"));
			pool.setPassword(environment.getRequiredProperty("spring.datasource.password"));
			return pool;
		}

	}

}
