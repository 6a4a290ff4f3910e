package dev.pgkeel.autoconfigure;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.locks.LockSupport;

import javax.sql.DataSource;

import dev.pgkeel.actuate.PgkeelHealthIndicator;
import dev.pgkeel.actuate.PgkeelMeters;
import dev.pgkeel.alert.AlertLevel;
import dev.pgkeel.alert.AlertSubject;
import dev.pgkeel.alert.ConnectionAlerts;
import dev.pgkeel.server.ServerMonitor;
import dev.pgkeel.server.ServerSnapshot;
import dev.pgkeel.testsupport.OwnServer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.awaitility.Awaitility;
import org.awaitility.core.ThrowingRunnable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.Status;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests that the monitor finds the server again, and never keeps a second session. The
 * system property {@code pgkeel.test.outage} makes the server stay away for longer, such
 * as {@code PT60S}.
 */
class MonitorOutageTests {

	private static final Duration OUTAGE = Duration.parse(System.getProperty("pgkeel.test.outage", "PT3S"));

	private static final Duration BLIND = Duration.ofSeconds(60);

	private static final String MONITORS = "application_name like 'application monitor/%'";

	private static OwnServer server;

	private final ApplicationContextRunner contextRunner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(DataSourceAutoConfiguration.class, PgkeelAutoConfiguration.class,
				PgkeelPoolAutoConfiguration.class, PgkeelMonitorAutoConfiguration.class,
				PgkeelMetersAutoConfiguration.class, PgkeelHealthAutoConfiguration.class))
		.withClassLoader(new FilteredClassLoader("org.springframework.boot.devtools"))
		.withBean(SimpleMeterRegistry.class)
		.withPropertyValues(server.database().properties())
		.withPropertyValues("pgkeel.monitor.interval=" + (isLong() ? "15s" : "200ms"));

	private static boolean isLong() {
		return OUTAGE.compareTo(BLIND) >= 0;
	}

	@BeforeAll
	static void startServer() {
		server = OwnServer.start("max_connections=100");
	}

	@AfterAll
	static void stopServer() {
		server.close();
	}

	private static void await(ThrowingRunnable assertion) {
		Awaitility.await().ignoreExceptions().atMost(Duration.ofSeconds(60)).untilAsserted(assertion);
	}

	private static Health health(ApplicationContext context) {
		return context.getBean(PgkeelHealthIndicator.class).health();
	}

	@Test
	void stoppedServerIsWatchedAgainWithoutARestart() {
		this.contextRunner.run((context) -> {
			ServerMonitor monitor = context.getBean(ServerMonitor.class);
			SimpleMeterRegistry registry = context.getBean(SimpleMeterRegistry.class);
			context.getBean(PgkeelMeters.class).bindTo(registry);
			DataSource pool = context.getBean(DataSource.class);
			assertThatPoolWorks(pool);
			await(() -> assertThat(monitor.current()).isNotNull());
			try (SessionCensus census = new SessionCensus()) {
				server.stop();
				await(() -> assertThat(health(context).getStatus()).isEqualTo(Status.DOWN));
				Instant back = Instant.now().plus(OUTAGE);
				Awaitility.await().atMost(OUTAGE.plusSeconds(30)).until(() -> {
					assertThat(health(context).getStatus()).isEqualTo(Status.DOWN);
					assertThat(health(context).getDetails()).containsEntry("cause", "server down");
					assertThat(registry.get("pgkeel.server.utilization").gauge().value()).isNaN();
					return Instant.now().isAfter(back);
				});
				assertThat(registry.get("pgkeel.monitor.data.age").timeGauge().value())
					.isGreaterThanOrEqualTo(OUTAGE.toSeconds());
				server.startAgain();
				await(() -> assertThat(health(context).getStatus()).isEqualTo(Status.UP));
				await(() -> assertThat(monitor.current()).isNotNull());
				assertThat(registry.get("pgkeel.server.utilization").gauge().value()).isPositive();
				await(() -> assertThatPoolWorks(pool));
				await(() -> assertThat(census.now()).isOne());
				assertThat(census.most()).isOne();
			}
			if (isLong()) {
				ConnectionAlerts alerts = context.getBean(ConnectionAlerts.class);
				assertThat(alerts.history()).anySatisfy((alert) -> {
					assertThat(alert.subject()).isEqualTo(AlertSubject.MONITOR);
					assertThat(alert.level()).isEqualTo(AlertLevel.PAGE);
				});
			}
		});
	}

	private static void assertThatPoolWorks(DataSource pool) throws SQLException {
		try (Connection connection = pool.getConnection()) {
			assertThat(connection.isValid(5)).isTrue();
		}
	}

	@Test
	void endedSessionIsReplacedAndNeverDoubled() {
		this.contextRunner.withPropertyValues("pgkeel.monitor.interval=200ms").run((context) -> {
			ServerMonitor monitor = context.getBean(ServerMonitor.class);
			await(() -> assertThat(monitor.current()).isNotNull());
			try (SessionCensus census = new SessionCensus()) {
				await(() -> assertThat(census.now()).isOne());
				for (int round = 0; round < 3; round++) {
					ServerSnapshot before = monitor.current();
					assertThat(server.database()
						.query("select count(pg_terminate_backend(pid)) from pg_stat_activity where " + MONITORS,
								Long.class))
						.isOne();
					await(() -> assertThat(monitor.current()).isNotNull().isNotEqualTo(before));
					await(() -> assertThat(census.now()).isOne());
				}
				assertThat(census.most()).isOne();
			}
		});
	}

	/**
	 * Counts the monitor's sessions all the time, as a superuser, whenever the server is
	 * there.
	 */
	private static final class SessionCensus implements AutoCloseable {

		private static final Duration PAUSE = Duration.ofMillis(10);

		private final Thread thread = new Thread(this::count, "census");

		private volatile boolean ended;

		private volatile long now;

		private volatile long most;

		SessionCensus() {
			this.thread.start();
		}

		private void count() {
			while (!this.ended) {
				try (Connection connection = server.database().connect();
						Statement statement = connection.createStatement()) {
					while (!this.ended) {
						count(statement);
						LockSupport.parkNanos(PAUSE.toNanos());
					}
				}
				catch (SQLException ex) {
					this.now = 0;
					LockSupport.parkNanos(PAUSE.toNanos());
				}
			}
		}

		private void count(Statement statement) throws SQLException {
			try (ResultSet row = statement.executeQuery("select count(*) from pg_stat_activity where " + MONITORS)) {
				row.next();
				this.now = row.getLong(1);
				this.most = Math.max(this.most, this.now);
			}
		}

		long now() {
			return this.now;
		}

		long most() {
			return this.most;
		}

		@Override
		public void close() {
			this.ended = true;
			try {
				this.thread.join();
			}
			catch (InterruptedException ex) {
				Thread.currentThread().interrupt();
			}
		}

	}

}
