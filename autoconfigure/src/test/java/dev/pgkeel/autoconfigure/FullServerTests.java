package dev.pgkeel.autoconfigure;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import com.zaxxer.hikari.HikariDataSource;
import dev.pgkeel.actuate.PgkeelHealthIndicator;
import dev.pgkeel.actuate.PgkeelMeters;
import dev.pgkeel.alert.AlertLevel;
import dev.pgkeel.alert.AlertSubject;
import dev.pgkeel.alert.ConnectionAlerts;
import dev.pgkeel.lease.PoolExhaustedException;
import dev.pgkeel.server.ServerMonitor;
import dev.pgkeel.testsupport.OwnServer;
import dev.pgkeel.testsupport.TestDatabase;
import io.micrometer.core.instrument.Measurement;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.health.contributor.Status;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests what an application tells of a server without a free slot when its pool is in use
 * too.
 */
@Tag("compatibility")
class FullServerTests {

	private static final Duration LONGEST = Duration.ofMillis(50);

	private final List<Connection> open = new ArrayList<>();

	@Test
	void scrapeAndHealthAnswerAtOnce() throws SQLException {
		try (OwnServer server = OwnServer.start("max_connections=12")) {
			server.database().execute("create role watcher login");
			new ApplicationContextRunner()
				.withConfiguration(
						AutoConfigurations.of(DataSourceAutoConfiguration.class, PgkeelAutoConfiguration.class,
								PgkeelPoolAutoConfiguration.class, PgkeelMonitorAutoConfiguration.class,
								PgkeelMetersAutoConfiguration.class, PgkeelHealthAutoConfiguration.class))
				.withClassLoader(new FilteredClassLoader("org.springframework.boot.devtools"))
				.withBean(SimpleMeterRegistry.class)
				.withPropertyValues(server.database().properties())
				.withPropertyValues("spring.datasource.username=watcher",
						"spring.datasource.hikari.maximum-pool-size=2",
						"spring.datasource.hikari.connection-timeout=60000", "pgkeel.monitor.interval=200ms",
						"pgkeel.monitor.connection=dedicated")
				.run((context) -> {
					SimpleMeterRegistry registry = context.getBean(SimpleMeterRegistry.class);
					context.getBean(PgkeelMeters.class).bindTo(registry);
					ConnectionAlerts alerts = context.getBean(ConnectionAlerts.class);
					HikariDataSource pool = context.getBean(HikariDataSource.class);
					this.open.add(pool.getConnection());
					this.open.add(pool.getConnection());
					await(() -> context.getBean(ServerMonitor.class).current() != null);
					fill(server.database(), "watcher");
					fill(server.database(), "postgres");
					Thread waiting = new Thread(() -> borrow(pool));
					waiting.start();
					await(() -> pool.getHikariPoolMXBean().getThreadsAwaitingConnection() == 1);
					await(() -> alerts.level(AlertSubject.CONNECTIONS) == AlertLevel.PANIC);
					PgkeelHealthIndicator health = context.getBean(PgkeelHealthIndicator.class);
					assertThat(median(() -> assertThat(health.health().getStatus()).isEqualTo(Status.UP)))
						.isLessThan(LONGEST);
					assertThat(median(() -> scrape(registry))).isLessThan(LONGEST);
					assertThat(registry.get("pgkeel.server.utilization").gauge().value()).isGreaterThanOrEqualTo(1);
					assertThat(pool.getHikariPoolMXBean().getThreadsAwaitingConnection()).isOne();
					for (Connection connection : this.open) {
						connection.close();
					}
					waiting.join();
				});
		}
	}

	/**
	 * An application that uses its database late finds the slot that it would have found
	 * without a monitor.
	 */
	@Test
	void lastSlotIsThePoolsWhenItStarts() throws SQLException {
		try (OwnServer server = OwnServer.start("max_connections=12")) {
			guarded(server).run((context) -> {
				await(() -> context.getBean(ServerMonitor.class).current() != null);
				fill(server.database(), "watcher");
				HikariDataSource pool = context.getBean(HikariDataSource.class);
				assertThat(pool.isRunning()).isFalse();
				borrow(pool);
				assertThat(pool.getHikariPoolMXBean().getTotalConnections()).isOne();
				for (Connection connection : this.open) {
					connection.close();
				}
			});
		}
	}

	/**
	 * A pool that starts without a connection, or has lost all of them, goes on trying.
	 */
	@Test
	void lastSlotIsTheRunningPoolsThatHasNone() throws SQLException {
		try (OwnServer server = OwnServer.start("max_connections=12")) {
			guarded(server).withPropertyValues("spring.datasource.hikari.initialization-fail-timeout=-1")
				.run((context) -> {
					await(() -> context.getBean(ServerMonitor.class).current() != null);
					fill(server.database(), "watcher");
					HikariDataSource pool = context.getBean(HikariDataSource.class);
					// Who starts the pool waits in HikariCP itself
					assertThatExceptionOfType(PoolExhaustedException.class).isThrownBy(pool::getConnection);
					assertThat(pool.isRunning()).isTrue();
					borrow(pool);
					for (Connection connection : this.open) {
						connection.close();
					}
				});
		}
	}

	private static ApplicationContextRunner guarded(OwnServer server) {
		server.database().execute("create role watcher login");
		return new ApplicationContextRunner()
			.withConfiguration(AutoConfigurations.of(DataSourceAutoConfiguration.class, PgkeelAutoConfiguration.class,
					PgkeelPoolAutoConfiguration.class, PgkeelLeaseAutoConfiguration.class,
					PgkeelMonitorAutoConfiguration.class))
			.withClassLoader(new FilteredClassLoader("org.springframework.boot.devtools"))
			.withPropertyValues(server.database().properties())
			.withPropertyValues("spring.datasource.username=watcher", "pgkeel.monitor.connection=dedicated");
	}

	private static void await(java.util.concurrent.Callable<Boolean> condition) {
		Awaitility.await().atMost(Duration.ofSeconds(60)).until(condition);
	}

	private void fill(TestDatabase database, String role) {
		for (int i = 0; i < 20; i++) {
			try {
				this.open.add(database.connectAs(role, "filler"));
			}
			catch (SQLException ex) {
				assertThat(ex.getSQLState()).isEqualTo("53300");
				return;
			}
		}
		throw new IllegalStateException("The server is never full");
	}

	private static void borrow(HikariDataSource pool) {
		try (Connection connection = pool.getConnection()) {
			assertThat(connection.isValid(5)).isTrue();
		}
		catch (SQLException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private static void scrape(SimpleMeterRegistry registry) {
		assertThat(registry.getMeters()).hasSizeGreaterThan(20).allSatisfy((meter) -> {
			for (Measurement measurement : meter.measure()) {
				assertThat(measurement.getValue()).isNotNull();
			}
		});
	}

	private static Duration median(Runnable work) {
		long[] nanos = new long[21];
		for (int i = 0; i < nanos.length; i++) {
			long start = System.nanoTime();
			work.run();
			nanos[i] = System.nanoTime() - start;
		}
		Arrays.sort(nanos);
		return Duration.ofNanos(nanos[nanos.length / 2]);
	}

}
