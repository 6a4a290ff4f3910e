package dev.pgkeel.autoconfigure;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;

import javax.sql.DataSource;

import com.zaxxer.hikari.HikariDataSource;
import dev.pgkeel.actuate.BudgetMeters;
import dev.pgkeel.actuate.LeaseMeters;
import dev.pgkeel.actuate.PgkeelEndpoint;
import dev.pgkeel.actuate.PgkeelEndpointWebExtension;
import dev.pgkeel.actuate.PgkeelMeters;
import dev.pgkeel.actuate.TransactionMeters;
import dev.pgkeel.alert.ConnectionAlertEvent;
import dev.pgkeel.alert.ConnectionAlerts;
import dev.pgkeel.alert.WebhookNotifier;
import dev.pgkeel.server.MonitorState;
import dev.pgkeel.server.PollListener;
import dev.pgkeel.server.ServerMonitor;
import dev.pgkeel.testsupport.TestDatabase;
import dev.pgkeel.testsupport.TestServer;
import dev.pgkeel.transaction.TransactionGuard;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.junit.jupiter.api.Test;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceTransactionManagerAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.transaction.autoconfigure.TransactionAutoConfiguration;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.event.EventListener;
import org.springframework.core.env.Environment;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.TransactionTimedOutException;
import org.springframework.transaction.annotation.EnableTransactionManagement;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.support.TransactionTemplate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/**
 * Tests of a context whose parent is auto-configured too.
 */
class ParentContextTests {

	private final TestDatabase database = TestServer.shared().newDatabase();

	private final ApplicationContextRunner empty = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(DataSourceTransactionManagerAutoConfiguration.class,
				TransactionAutoConfiguration.class, PgkeelAutoConfiguration.class, PgkeelPoolAutoConfiguration.class,
				PgkeelLeaseAutoConfiguration.class, PgkeelMonitorAutoConfiguration.class,
				PgkeelWebhookAutoConfiguration.class, PgkeelTransactionAutoConfiguration.class,
				PgkeelMetersAutoConfiguration.class, PgkeelEndpointAutoConfiguration.class))
		.withPropertyValues(this.database.properties())
		.withPropertyValues("spring.datasource.url=" + this.database.directUrl(), "pgkeel.monitor.interval=200ms",
				"management.endpoints.web.exposure.include=pgkeel");

	private final ApplicationContextRunner contextRunner = this.empty
		.withConfiguration(AutoConfigurations.of(DataSourceAutoConfiguration.class));

	@Test
	void limitOnTheParentsManagerIsToldToTheCaller() {
		this.contextRunner.run((parent) -> this.contextRunner.withParent(parent)
			.withUserConfiguration(OrdersConfiguration.class)
			.run((child) -> {
				assertTimesOut(child, child.getBean(Orders.class)::place);
				assertThat(child.getBean(TransactionGuard.class)).isSameAs(parent.getBean(TransactionGuard.class));
			}));
	}

	@Test
	void limitOnAManagerOfOnesOwnIsToldToTheCaller() {
		this.empty.run((parent) -> this.contextRunner.withParent(parent)
			.withUserConfiguration(OrdersConfiguration.class)
			.run((child) -> {
				assertThat(child.getBean(TransactionGuard.class)).isNotSameAs(parent.getBean(TransactionGuard.class));
				assertTimesOut(child, child.getBean(Orders.class)::place);
			}));
	}

	@Test
	void limitsOnBothManagersAreToldToTheCaller() {
		this.contextRunner.run((parent) -> this.contextRunner.withParent(parent)
			.withUserConfiguration(OrdersConfiguration.class, OwnManagerConfiguration.class)
			.run((child) -> {
				Orders orders = child.getBean(Orders.class);
				assertTimesOut(child, orders::placeWithTheParents);
				assertTimesOut(child, orders::placeWithOwn);
			}));
	}

	/**
	 * JDBC ends the session of a transaction that is idle for too long, so that a
	 * rollback fails.
	 */
	private void assertTimesOut(ApplicationContext context, Place place) {
		JdbcTemplate jdbc = new JdbcTemplate(context.getBean(DataSource.class));
		assertThatExceptionOfType(TransactionTimedOutException.class).isThrownBy(() -> place.with(() -> {
			Integer pid = jdbc.queryForObject("select pg_backend_pid()", Integer.class);
			await().until(() -> this.database.query("select count(*) from pg_stat_activity where pid = " + pid,
					Long.class) == 0);
			jdbc.execute("select 1");
		})).withMessageContaining("its limit is");
	}

	@Test
	void childThatClosesLeavesTheParentsTransactionsAlone() {
		this.contextRunner.run((parent) -> {
			CountDownLatch begun = new CountDownLatch(1);
			CountDownLatch closed = new CountDownLatch(1);
			CompletableFuture<Void> committed = CompletableFuture
				.runAsync(() -> parent.getBean(TransactionTemplate.class).executeWithoutResult((status) -> {
					begun.countDown();
					await().until(() -> closed.getCount() == 0);
				}));
			begun.await();
			this.contextRunner.withParent(parent)
				.withPropertyValues("spring.lifecycle.timeout-per-shutdown-phase=100ms")
				.run((child) -> assertThat(child).hasNotFailed());
			closed.countDown();
			assertThat(committed).succeedsWithin(Duration.ofSeconds(30));
		});
	}

	@Test
	void parentsPoolHasOneMonitor() {
		this.contextRunner.withUserConfiguration(ListenerConfiguration.class)
			.withPropertyValues("pgkeel.alert.webhook.url=http://127.0.0.1:1",
					"spring.datasource.hikari.maximum-pool-size=1", "spring.datasource.hikari.connection-timeout=300")
			.run((parent) -> this.contextRunner.withParent(parent)
				.withPropertyValues("pgkeel.alert.webhook.url=http://127.0.0.1:1")
				.run((child) -> {
					assertThat(child).hasNotFailed();
					for (Class<?> type : List.of(ServerMonitor.class, ConnectionAlerts.class, WebhookNotifier.class)) {
						assertThat(child.getBean(type)).isSameAs(parent.getBean(type));
					}
					HikariDataSource pool = parent.getBean(HikariDataSource.class);
					Queue<ConnectionAlertEvent> events = parent.getBean(Listener.class).events;
					try (Connection taken = pool.getConnection()) {
						assertThat(taken.isValid(5)).isTrue();
						assertThatExceptionOfType(SQLException.class).isThrownBy(pool::getConnection);
						await().untilAsserted(() -> assertThat(events).isNotEmpty());
						await().during(Duration.ofSeconds(1)).untilAsserted(() -> assertThat(events).hasSize(1));
					}
				}));
	}

	@Test
	void poolOfOnesOwnHasAMonitorOfItsOwn() {
		this.contextRunner.run((parent) -> this.contextRunner.withParent(parent)
			.withUserConfiguration(OwnPoolConfiguration.class)
			.run((child) -> {
				assertThat(child.getBean(ServerMonitor.class)).isNotSameAs(parent.getBean(ServerMonitor.class));
				await().until(() -> child.getBean(ServerMonitor.class).current() != null);
			}));
	}

	@Test
	void monitorOfOnesOwnTellsTheParentsListenersNothing() {
		Queue<MonitorState> parents = new ConcurrentLinkedQueue<>();
		Queue<MonitorState> own = new ConcurrentLinkedQueue<>();
		this.contextRunner.withBean("parents", PollListener.class, () -> seesIn(parents))
			.run((parent) -> this.contextRunner.withParent(parent)
				.withUserConfiguration(OwnPoolConfiguration.class)
				.withBean("own", PollListener.class, () -> seesIn(own))
				.run((child) -> {
					await().until(() -> own.size() > 1 && !parents.isEmpty());
					assertThat(parents).doesNotContain(own.element());
				}));
	}

	private static PollListener seesIn(Queue<MonitorState> seen) {
		return (state) -> {
			seen.add(state);
			return false;
		};
	}

	@Test
	void endpointAndMetersKnowThePoolThatTheParentLacks() {
		this.empty.run((parent) -> this.contextRunner.withParent(parent).run((child) -> {
			assertThat(child.getBean(PgkeelEndpoint.class).pgkeel().pool()).containsOnlyKeys("dataSource");
			MeterRegistry meters = new SimpleMeterRegistry();
			child.getBeanProvider(MeterBinder.class).forEach((binder) -> binder.bindTo(meters));
			child.getBean(TransactionTemplate.class).executeWithoutResult((status) -> {
			});
			assertThat(meters.get("pgkeel.transaction").tag("outcome", "committed").timer().count()).isOne();
			for (String meter : List.of("pgkeel.leak.proven", "pgkeel.pool.budget")) {
				assertThat(meters.get(meter).tag("pool", "dataSource").meters()).hasSize(1);
			}
		}));
	}

	@Test
	void endpointAndMetersOfTheParentsPoolAreTheParents() {
		this.contextRunner.run((parent) -> this.contextRunner.withParent(parent).run((child) -> {
			for (Class<?> type : List.of(PgkeelEndpoint.class, PgkeelEndpointWebExtension.class, BudgetMeters.class,
					LeaseMeters.class, PgkeelMeters.class, TransactionMeters.class)) {
				assertThat(child.getBean(type)).isSameAs(parent.getBean(type));
			}
		}));
	}

	private interface Place {

		void with(Runnable work);

	}

	static class Orders {

		@Transactional(timeout = 1)
		void place(Runnable work) {
			work.run();
		}

		@Transactional(transactionManager = "transactionManager", timeout = 1)
		void placeWithTheParents(Runnable work) {
			work.run();
		}

		@Transactional(transactionManager = "own", timeout = 1)
		void placeWithOwn(Runnable work) {
			work.run();
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableTransactionManagement
	static class OrdersConfiguration {

		@Bean
		Orders orders() {
			return new Orders();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class OwnManagerConfiguration {

		@Bean
		PlatformTransactionManager own(DataSource dataSource) {
			return new JdbcTransactionManager(dataSource);
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class OwnPoolConfiguration {

		@Bean
		HikariDataSource dataSource(Environment environment) {
			HikariDataSource pool = new HikariDataSource();
			pool.setJdbcUrl(environment.getProperty("spring.datasource.url"));
			pool.setUsername(environment.getProperty("spring.datasource.username"));
			pool.setPassword(environment.getProperty("spring.datasource.password"));
			return pool;
		}

	}

	static class Listener {

		private final Queue<ConnectionAlertEvent> events = new ConcurrentLinkedQueue<>();

		@EventListener
		void on(ConnectionAlertEvent event) {
			this.events.add(event);
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class ListenerConfiguration {

		@Bean
		Listener listener() {
			return new Listener();
		}

	}

}
