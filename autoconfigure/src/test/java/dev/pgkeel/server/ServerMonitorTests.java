package dev.pgkeel.server;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

import com.zaxxer.hikari.HikariDataSource;
import dev.pgkeel.testsupport.TestDatabase;
import dev.pgkeel.testsupport.TestServer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.postgresql.Driver;
import org.postgresql.PGConnection;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for {@link ServerMonitor} and its connections.
 */
@Tag("compatibility")
@ExtendWith(OutputCaptureExtension.class)
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
	void lateAnswerLeavesTheSentinelItsSession() throws SQLException {
		int before = this.sentinel.use(ServerMonitorTests::pid);
		assertThatExceptionOfType(SQLException.class).isThrownBy(() -> this.sentinel.use((connection) -> {
			try (var statement = connection.createStatement()) {
				statement.execute("set statement_timeout = 100");
				return statement.execute("select pg_sleep(60)");
			}
		})).satisfies((ex) -> assertThat(ex.getSQLState()).isEqualTo("57014"));
		assertThat(this.sentinel.<Integer>use(ServerMonitorTests::pid)).isEqualTo(before);
	}

	@Test
	void oldSentinelIsMadeAnew() throws SQLException {
		int before = this.sentinel.use(ServerMonitorTests::pid);
		this.sentinel.renew(Duration.ofHours(1));
		assertThat(this.sentinel.<Integer>use(ServerMonitorTests::pid)).isEqualTo(before);
		this.sentinel.renew(Duration.ZERO);
		int after = this.sentinel.use(ServerMonitorTests::pid);
		assertThat(after).isNotEqualTo(before);
		await(() -> assertThat(sentinels()).isOne());
		this.sentinel.close();
		this.sentinel.renew(Duration.ZERO);
		await(() -> assertThat(sentinels()).isZero());
	}

	@Test
	void sentinelThatCannotBeMadeAnewIsOpenedByTheNextUse() throws SQLException {
		int before = this.sentinel.use(ServerMonitorTests::pid);
		this.pool.setJdbcUrl(this.database.directUrl().replaceFirst(":[0-9]+/", ":1/"));
		this.sentinel.renew(Duration.ZERO);
		assertThatExceptionOfType(SQLException.class).isThrownBy(() -> this.sentinel.use(ServerMonitorTests::pid))
			.satisfies((ex) -> assertThat(ex.getSQLState()).startsWith("08"));
		this.pool.setJdbcUrl(this.database.directUrl());
		assertThat(this.sentinel.<Integer>use(ServerMonitorTests::pid)).isNotEqualTo(before);
	}

	@Test
	void sessionIsGivenUpOnlyWhereThereIsRoomForAnother() {
		String role = "watching_" + this.database.name();
		this.database.execute("create role " + role + " login");
		this.pool.setUsername(role);
		Renewed renewed = new Renewed(this.sentinel);
		ServerMonitor polled = monitor(renewed);
		polled.poll();
		assertThat(polled.current()).isNotNull();
		assertThat(renewed.lifetimes).containsExactly(Duration.ofMinutes(30));
		this.database.execute("alter role " + role + " connection limit 1");
		polled.poll();
		assertThat(polled.state().failure()).isNull();
		assertThat(renewed.lifetimes).hasSize(1);
	}

	private static int pid(Connection connection) throws SQLException {
		return connection.unwrap(PGConnection.class).getBackendPID();
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
	void poolWithoutAWayAroundItIsAskedOnceItRuns(CapturedOutput output) throws SQLException {
		this.pool.setDriverClassName(OwnDriver.class.getName());
		this.pool.setMinimumIdle(0);
		ServerMonitor polled = monitor(new BorrowedConnection(() -> this.pool, new Preflight(this.pool)::connectBare));
		polled.poll();
		assertThat(polled.state().failure()).isNull();
		assertThat(polled.current()).isNull();
		assertThat(this.pool.isRunning()).isFalse();
		try (var taken = this.pool.getConnection()) {
			polled.poll();
			assertThat(polled.state().failure()).isNotNull()
				.extracting(MonitorFailure::cause)
				.isEqualTo(MonitorFailure.Cause.POOL_BUSY);
			assertThat(taken.isValid(5)).isTrue();
		}
		this.pool.getHikariPoolMXBean().softEvictConnections();
		await(() -> assertThat(this.pool.getHikariPoolMXBean().getTotalConnections()).isZero());
		polled.poll();
		assertThat(polled.current()).isNotNull();
		assertThat(output).containsOnlyOnce("The monitor cannot see the server");
	}

	@Test
	void poolThatDoesNotRunYetLeavesNobodyBlind() {
		this.pool.setDriverClassName(OwnDriver.class.getName());
		AtomicReference<Instant> now = new AtomicReference<>(Instant.EPOCH);
		ServerMonitor polled = new ServerMonitor(
				new BorrowedConnection(() -> this.pool, new Preflight(this.pool)::connectBare),
				new MonitorSchedule(Duration.ofSeconds(15), Duration.ofSeconds(5)), this.refusals, List.of(),
				((InstantSource) now::get).withZone(ZoneOffset.UTC), new Random(1));
		now.set(Instant.EPOCH.plusSeconds(90));
		assertThat(polled.poll()).isEqualTo(Duration.ofSeconds(15));
		assertThat(polled.dataAge()).isZero();
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
	void refusedQuestionIsToldOnceEvenOfAServerThatWasDown(CapturedOutput output) {
		String role = "unprivileged_" + this.database.name();
		this.database.execute("create role " + role + " login");
		this.database.execute("revoke select on pg_catalog.pg_locks from public");
		this.pool.setUsername(role);
		this.pool.setJdbcUrl("jdbc:postgresql://127.0.0.1:1/absent");
		this.monitor.poll();
		assertThat(this.monitor.state().failure()).hasToString("server down");
		this.pool.setJdbcUrl(this.database.directUrl());
		this.monitor.poll();
		this.monitor.poll();
		assertThat(this.monitor.state().failure()).hasToString("question refused");
		assertThat(output)
			.containsOnlyOnce("The monitor cannot see the server (question refused): ERROR: permission"
					+ " denied for view pg_locks (SQLSTATE 42501)")
			.containsOnlyOnce("(server down)");
		this.pool.setJdbcUrl("jdbc:postgresql://127.0.0.1:1/absent");
		this.sentinel.close();
		this.monitor.poll();
		this.monitor.poll();
		assertThat(output.toString().split("[(]server down[)]", -1)).hasSize(3);
	}

	@Test
	void leasesAskOnTheMonitorsSession() throws SQLException {
		this.monitor.start();
		await(() -> assertThat(this.monitor.current()).isNotNull());
		try (var lease = this.pool.getConnection(); var statement = lease.createStatement()) {
			lease.setAutoCommit(false);
			statement.execute("select 1");
			int pid = lease.unwrap(PGConnection.class).getBackendPID();
			// The monitor's session may be busy with its own questions
			Map<Integer, SessionState> states = Awaitility.await()
				.ignoreExceptionsInstanceOf(SQLTransientConnectionException.class)
				.until(() -> this.monitor.sessions(List.of(pid)), (seen) -> true);
			assertThat(states.get(pid).state()).isEqualTo("idle in transaction");
			assertThat(states.get(pid).unchangedFor()).isPositive();
		}
		assertThat(sentinels()).isOne();
		this.monitor.stop();
		assertThatExceptionOfType(SQLTransientConnectionException.class)
			.isThrownBy(() -> this.monitor.sessions(List.of(1)));
		await(() -> assertThat(sentinels()).isZero());
	}

	@Test
	void errorDoesNotEndTheMonitor() {
		AtomicInteger asked = new AtomicInteger();
		ServerMonitor failing = monitor(new Counting(() -> {
			if (asked.incrementAndGet() < 3) {
				throw new NoClassDefFoundError("gone for a moment");
			}
		}));
		failing.addListener((state) -> {
			throw new StackOverflowError("a listener's");
		});
		failing.start();
		await(() -> assertThat(asked).hasValueGreaterThan(4));
		failing.stop();
	}

	@Test
	void stoppedMonitorHasNothingToSayOfTheQuestionThatItCutShort(CapturedOutput output) throws Exception {
		AtomicInteger told = new AtomicInteger();
		Slow slow = new Slow(this.sentinel);
		ServerMonitor asking = monitor(slow);
		asking.addListener((state) -> told.incrementAndGet() > 0);
		asking.start();
		await(() -> assertThat(this.database.query("select count(*) from pg_stat_activity where datname ="
				+ " current_database() and wait_event = 'PgSleep'", Long.class))
			.isOne());
		asking.stop();
		slow.thread.join();
		assertThat(told).hasValue(0);
		assertThat(asking.state().failure()).isNull();
		assertThat(output).doesNotContain("The monitor cannot see the server", "A listener of the monitor failed");
	}

	@Test
	void onDemandItAsksOncePerInterval() {
		AtomicInteger asked = new AtomicInteger();
		AtomicReference<Instant> now = new AtomicReference<>(Instant.EPOCH);
		ServerMonitor lazy = new ServerMonitor(new Counting(asked::incrementAndGet),
				new MonitorSchedule(Duration.ofSeconds(15), Duration.ofSeconds(5)), this.refusals, List.of(),
				((InstantSource) now::get).withZone(ZoneOffset.UTC), new Random(1));
		lazy.refresh();
		assertThat(asked).hasValue(0);
		lazy.startOnDemand();
		assertThat(lazy.isActive()).isTrue();
		assertThat(lazy.isRunning()).isFalse();
		lazy.refresh();
		lazy.refresh();
		assertThat(asked).hasValue(1);
		// The failure is tried again sooner than an answer grows old
		now.set(Instant.EPOCH.plusSeconds(5));
		lazy.refresh();
		assertThat(asked).hasValue(2);
		lazy.stop();
		now.set(Instant.EPOCH.plusSeconds(60));
		lazy.refresh();
		assertThat(asked).hasValue(2);
	}

	@Test
	void clockThatIsSetBackDoesNotKeepItFromAskingOnDemand() {
		AtomicInteger asked = new AtomicInteger();
		AtomicReference<Instant> now = new AtomicReference<>(Instant.EPOCH.plus(Duration.ofHours(2)));
		ServerMonitor lazy = hourly(asked, now);
		lazy.startOnDemand();
		lazy.refresh();
		now.set(Instant.EPOCH);
		lazy.refresh();
		lazy.refresh();
		assertThat(asked).hasValue(2);
		lazy.stop();
	}

	@Test
	void clockThatIsSetBackDoesNotKeepItFromHurrying() {
		AtomicInteger asked = new AtomicInteger();
		AtomicReference<Instant> now = new AtomicReference<>(Instant.EPOCH.plus(Duration.ofHours(2)));
		ServerMonitor slow = hourly(asked, now);
		slow.start();
		await(() -> assertThat(asked).hasValue(1));
		now.set(Instant.EPOCH);
		slow.hurry();
		await(() -> assertThat(asked).hasValue(2));
		slow.stop();
	}

	@Test
	void whatWasSeenBeforeTheClockWasSetBackGrowsOld() {
		AtomicReference<Instant> now = new AtomicReference<>(Instant.EPOCH.plus(Duration.ofHours(2)));
		ServerMonitor moved = hourly(new AtomicInteger(), now);
		moved.poll();
		assertThat(moved.current()).isNotNull();
		now.set(Instant.EPOCH);
		this.pool.setJdbcUrl("jdbc:postgresql://127.0.0.1:1/absent");
		this.sentinel.close();
		moved.poll();
		now.set(Instant.EPOCH.plusSeconds(90));
		assertThat(moved.state().failure()).isNotNull();
		assertThat(moved.dataAge()).isEqualTo(Duration.ofSeconds(90));
	}

	private ServerMonitor hourly(AtomicInteger asked, AtomicReference<Instant> now) {
		return new ServerMonitor(this.sentinel, new MonitorSchedule(Duration.ofHours(1), Duration.ofHours(1)),
				this.refusals, List.of((state) -> asked.incrementAndGet() < 0),
				((InstantSource) now::get).withZone(ZoneOffset.UTC), new Random(1));
	}

	@Test
	void hurriedMonitorAsksOutOfTurn() {
		AtomicInteger asked = new AtomicInteger();
		ServerMonitor slow = hourly(asked, new AtomicReference<>(Instant.EPOCH));
		slow.hurry();
		slow.start();
		await(() -> assertThat(asked).hasValue(1));
		slow.hurry();
		slow.hurry();
		await(() -> assertThat(asked).hasValue(2));
		slow.stop();
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

	/**
	 * A driver that is not PostgreSQL's own.
	 */
	public static final class OwnDriver extends Driver {

	}

	/**
	 * A connection that is only counted, and never there.
	 */
	private record Counting(Runnable used) implements MonitorConnection {

		@Override
		public <T> T use(Work<T> work) throws SQLException {
			this.used.run();
			throw new SQLException("not there", "08001");
		}

		@Override
		public boolean isDedicated() {
			return true;
		}

		@Override
		public void close() {
			// Nothing was opened
		}

	}

	/**
	 * Another connection.
	 */
	private abstract static class Delegating implements MonitorConnection {

		final MonitorConnection connection;

		Delegating(MonitorConnection connection) {
			this.connection = connection;
		}

		@Override
		public <T> T use(Work<T> work) throws SQLException {
			return this.connection.use(work);
		}

		@Override
		public boolean isDedicated() {
			return this.connection.isDedicated();
		}

		@Override
		public void close() {
			this.connection.close();
		}

	}

	/**
	 * A connection of which it is written down when it was to be made anew.
	 */
	private static final class Renewed extends Delegating {

		private final List<Duration> lifetimes = new ArrayList<>();

		Renewed(MonitorConnection connection) {
			super(connection);
		}

		@Override
		public void renew(Duration lifetime) {
			this.lifetimes.add(lifetime);
		}

	}

	/**
	 * A connection on which all takes its time.
	 */
	private static final class Slow extends Delegating {

		private volatile Thread thread;

		Slow(MonitorConnection connection) {
			super(connection);
		}

		@Override
		public <T> T use(Work<T> work) throws SQLException {
			this.thread = Thread.currentThread();
			return super.use((open) -> {
				try (Statement statement = open.createStatement()) {
					statement.execute("select pg_sleep(9)");
				}
				return work.on(open);
			});
		}

	}

}
