package dev.pgkeel.server;

import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Random;

import com.zaxxer.hikari.HikariDataSource;
import dev.pgkeel.testsupport.TestDatabase;
import dev.pgkeel.testsupport.TestServer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link ServerMonitor} and its connections.
 */
class ServerMonitorTests {

	private final TestDatabase database = TestServer.shared().newDatabase();

	private final HikariDataSource pool = pool();

	private final Refusals refusals = new Refusals();

	private final Sentinel sentinel = new Sentinel(new Preflight(this.pool)::connectBare,
			new ApplicationInstance("notes", "abc123"), Duration.ofSeconds(10));

	private final ServerMonitor monitor = monitor(this.sentinel);

	private HikariDataSource pool() {
		HikariDataSource dataSource = new HikariDataSource();
		dataSource.setJdbcUrl(this.database.directUrl());
		dataSource.setUsername(this.database.username());
		dataSource.setPassword(this.database.password());
		dataSource.setMaximumPoolSize(1);
		return dataSource;
	}

	private ServerMonitor monitor(MonitorConnection connection) {
		return new ServerMonitor(connection, new MonitorSchedule(Duration.ofMillis(200), Duration.ofMillis(100)),
				this.refusals, List.of(), Clock.systemUTC(), new Random(1));
	}

	@AfterEach
	void close() {
		this.monitor.stop();
		this.pool.close();
	}

	private long sentinels() {
		return this.database.query("select count(*) from pg_stat_activity where datname = current_database()"
				+ " and application_name = 'notes monitor/abc123'", Long.class);
	}

	@Test
	void endedSentinelComesBackAndIsNeverASecondOne() {
		this.monitor.start();
		await(() -> assertThat(this.monitor.current()).isNotNull());
		assertThat(sentinels()).isOne();
		for (int round = 0; round < 3; round++) {
			ServerSnapshot before = this.monitor.current();
			this.database.query(
					"select count(pg_terminate_backend(pid)) from pg_stat_activity"
							+ " where datname = current_database() and application_name = 'notes monitor/abc123'",
					Long.class);
			await(() -> assertThat(this.monitor.current()).isNotNull().isNotEqualTo(before));
			await(() -> assertThat(sentinels()).isOne());
		}
		this.monitor.stop();
		await(() -> assertThat(sentinels()).isZero());
	}

	@Test
	void sentinelOnlyReadsAndGivesUpSoon() throws SQLException {
		String settings = this.sentinel.use((connection) -> {
			try (var statement = connection.createStatement();
					var row = statement.executeQuery("select current_setting('default_transaction_read_only')"
							+ " || ' ' || current_setting('statement_timeout')")) {
				row.next();
				return row.getString(1);
			}
		});
		assertThat(settings).isEqualTo("on 10s");
	}

	@Test
	void borrowedConnectionWaitsForNobodyAndKeepsNothing() throws SQLException {
		BorrowedConnection borrowed = new BorrowedConnection(() -> this.pool, new Preflight(this.pool)::connectBare);
		ServerMonitor polled = monitor(borrowed);
		polled.poll();
		assertThat(polled.current()).isNotNull();
		assertThat(this.pool.isRunning()).isFalse();
		try (var taken = this.pool.getConnection()) {
			polled.poll();
			assertThat(polled.state().failure()).isNull();
			assertThat(taken.isValid(5)).isTrue();
		}
		polled.poll();
		assertThat(polled.state().failure()).isNull();
		assertThat(this.pool.getHikariPoolMXBean().getTotalConnections()).isOne();
	}

	@Test
	void unreachableServerLeavesNoPresent() {
		HikariDataSource absent = new HikariDataSource();
		absent.setJdbcUrl("jdbc:postgresql://127.0.0.1:1/absent");
		ServerMonitor polled = monitor(new Sentinel(new Preflight(absent)::connectBare,
				new ApplicationInstance("notes", "abc123"), Duration.ofSeconds(2)));
		assertThat(polled.poll()).isLessThanOrEqualTo(Duration.ofMillis(300));
		assertThat(polled.current()).isNull();
		assertThat(polled.state().failure()).isNotNull()
			.extracting(MonitorFailure::cause)
			.isEqualTo(MonitorFailure.Cause.SERVER_DOWN);
		absent.close();
	}

	@Test
	void modeIsDedicatedOnlyWhereASessionIsCheap() {
		assertThat(MonitorMode.AUTO.resolve(server(100, Pooler.DIRECT), 5, false)).isEqualTo(MonitorMode.DEDICATED);
		assertThat(MonitorMode.AUTO.resolve(server(100, Pooler.DIRECT), 6, false)).isEqualTo(MonitorMode.BORROWED);
		assertThat(MonitorMode.AUTO.resolve(server(100, Pooler.TRANSACTION), 1, false)).isEqualTo(MonitorMode.BORROWED);
		assertThat(MonitorMode.DEDICATED.resolve(server(100, Pooler.SESSION), 1, false))
			.isEqualTo(MonitorMode.BORROWED);
	}

	private static KnownServer server(int usable, Pooler pooler) {
		return new KnownServer(new ServerFacts("18.1", 180001, false, new SessionLimits(usable + 3, 3, null, null),
				"notes", "notes", false, null, 1), pooler, "plaintext");
	}

	private static void await(org.awaitility.core.ThrowingRunnable assertion) {
		Awaitility.await().atMost(Duration.ofSeconds(60)).untilAsserted(assertion);
	}

}
