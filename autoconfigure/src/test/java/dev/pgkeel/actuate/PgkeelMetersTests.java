package dev.pgkeel.actuate;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicReference;

import com.zaxxer.hikari.HikariDataSource;
import dev.pgkeel.alert.AlertLevel;
import dev.pgkeel.alert.AlertPolicy;
import dev.pgkeel.alert.AlertSubject;
import dev.pgkeel.alert.ConnectionAlerts;
import dev.pgkeel.server.ApplicationInstance;
import dev.pgkeel.server.BorrowedConnection;
import dev.pgkeel.server.MonitorFailure;
import dev.pgkeel.server.MonitorSchedule;
import dev.pgkeel.server.Preflight;
import dev.pgkeel.server.RefusalReason;
import dev.pgkeel.server.Refusals;
import dev.pgkeel.server.Sentinel;
import dev.pgkeel.server.ServerMonitor;
import dev.pgkeel.testsupport.OwnServer;
import dev.pgkeel.testsupport.TestDatabase;
import dev.pgkeel.testsupport.TestServer;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.offset;

/**
 * Tests for {@link PgkeelMeters} on a small server that is filled with real sessions. A
 * superuser's count is the truth.
 */
class PgkeelMetersTests {

	private static final String CLIENTS = " from pg_stat_activity where backend_type = 'client backend'";

	private static OwnServer server;

	private final TestDatabase database = server.database();

	private final HikariDataSource pool = new HikariDataSource();

	private final Refusals refusals = new Refusals();

	private final ConnectionAlerts alerts = new ConnectionAlerts(new AlertPolicy(70, 85, 95), this.refusals, () -> 0,
			new ApplicationInstance("notes", "abc123"), List.of(), Clock.systemUTC());

	private final ServerMonitor monitor = new ServerMonitor(
			new Sentinel(new Preflight(this.pool)::connectBare, new ApplicationInstance("notes", "abc123"),
					Duration.ofSeconds(20)),
			new MonitorSchedule(Duration.ofSeconds(15), Duration.ofSeconds(5)), this.refusals, List.of(this.alerts),
			Clock.systemUTC(), new Random(1));

	private final SimpleMeterRegistry registry = new SimpleMeterRegistry();

	private final List<Connection> open = new ArrayList<>();

	private Connection superuser;

	@BeforeAll
	static void startServer() {
		List<String> settings = new ArrayList<>(
				List.of("max_connections=20", "shared_preload_libraries=pg_stat_statements"));
		if (TestServer.shared().majorVersion() >= 16) {
			settings.add("reserved_connections=2");
		}
		server = OwnServer.start(settings.toArray(String[]::new));
		server.database().execute("create role watcher login");
		server.database().execute("create role other login");
		server.database().execute("create extension pg_stat_statements");
	}

	@AfterAll
	static void stopServer() {
		server.close();
	}

	@BeforeEach
	void connect() throws SQLException {
		this.superuser = connectAs("postgres", "truth");
		Awaitility.await().until(() -> sessions() == 1);
		this.pool.setJdbcUrl(this.database.directUrl());
		this.pool.setUsername("watcher");
		new PgkeelMeters(this.monitor, this.refusals, this.alerts).bindTo(this.registry);
	}

	@AfterEach
	void disconnect() throws SQLException {
		ask("alter role watcher connection limit -1");
		ask("alter database postgres connection limit -1");
		ask("revoke pg_monitor from watcher");
		this.monitor.stop();
		this.pool.close();
		for (Connection connection : this.open) {
			connection.close();
		}
	}

	private Connection connectAs(String role, String application) throws SQLException {
		Connection connection = this.database.connectAs(role, application);
		this.open.add(connection);
		return connection;
	}

	/**
	 * Fills the server. One that was refused may leave its slot a little later.
	 */
	private void fillAs(String role, int sessions) {
		Awaitility.await().ignoreExceptionsInstanceOf(SQLException.class).until(() -> {
			if (sessions() < sessions) {
				connectAs(role, "filler");
			}
			return sessions() == sessions;
		});
	}

	private double sessions() throws SQLException {
		return truth("select 'all', count(*)" + CLIENTS).get("all");
	}

	private int usable() {
		return (TestServer.shared().majorVersion() >= 16) ? 15 : 17;
	}

	private void ask(String sql) throws SQLException {
		try (Statement statement = this.superuser.createStatement()) {
			statement.execute(sql);
		}
	}

	/**
	 * Asks as the superuser, who sees everything.
	 */
	private Map<String, Double> truth(String sql) throws SQLException {
		Map<String, Double> numbers = new HashMap<>();
		try (Statement statement = this.superuser.createStatement(); ResultSet row = statement.executeQuery(sql)) {
			while (row.next()) {
				numbers.put(row.getString(1), row.getDouble(2));
			}
		}
		return numbers;
	}

	private Map<String, Double> gauges(String name, String tag) {
		Map<String, Double> values = new HashMap<>();
		for (Gauge gauge : this.registry.get(name).gauges()) {
			values.put(gauge.getId().getTag(tag), gauge.value());
		}
		return values;
	}

	private double gauge(String name) {
		return this.registry.get(name).gauge().value();
	}

	private AlertLevel level() {
		return AlertLevel.values()[(int) this.registry.get("pgkeel.alert.level")
			.tag("subject", AlertSubject.CONNECTIONS.toString())
			.gauge()
			.value()];
	}

	private static AlertLevel expectedLevel(double utilization) {
		if (utilization >= 0.95) {
			return AlertLevel.PANIC;
		}
		if (utilization >= 0.85) {
			return AlertLevel.PAGE;
		}
		return (utilization >= 0.7) ? AlertLevel.ALERT : AlertLevel.NONE;
	}

	@ParameterizedTest
	@ValueSource(booleans = { false, true })
	void everyFigureIsTheSuperusersUntilTheServerIsFull(boolean seesAll) throws SQLException {
		if (seesAll) {
			ask("grant pg_monitor to watcher");
		}
		this.monitor.poll();
		double usable = truth("""
				select 'usable', current_setting('max_connections')::int
				  - current_setting('superuser_reserved_connections')::int
				  - coalesce(current_setting('reserved_connections', true), '0')::int""").get("usable");
		List<AlertLevel> levels = new ArrayList<>();
		double used = 0;
		for (int i = 0; used < usable; i++) {
			connectAs("other", "notes/abc12" + i % 3);
			// As many as the lowest level needs to be raised
			for (int poll = 0; poll < 4; poll++) {
				this.monitor.poll();
			}
			used = truth("select 'used', count(*)" + CLIENTS).get("used");
			assertThat(gauge("pgkeel.server.utilization")).isEqualTo(used / usable, offset(1e-9));
			assertThat(gauges("pgkeel.server.connections.application", "application")).isEqualTo(
					truth("select regexp_replace(application_name, '/.*', ''), count(*)" + CLIENTS + " group by 1"));
			assertThatStatesAreTrue(seesAll);
			assertThat(level()).isEqualTo(expectedLevel(used / usable));
			levels.add(level());
		}
		assertThat(levels).contains(AlertLevel.values());
		assertThat(gauges("pgkeel.server.connections.limit", "kind")).containsEntry("max", 20.0)
			.containsEntry("usable", usable)
			.containsEntry("role", Double.NaN)
			.containsEntry("database", Double.NaN);
		assertThat(this.monitor.current().seesAllSessions()).isEqualTo(seesAll);
		assertThat(this.monitor.current().binding().upperBound()).isEqualTo(!seesAll);
	}

	/**
	 * Of other roles' sessions an ordinary role learns no state.
	 */
	private void assertThatStatesAreTrue(boolean seesAll) throws SQLException {
		Map<String, Double> seen = gauges("pgkeel.server.connections", "state");
		seen.values().removeIf((number) -> number == 0);
		// When the sentinel asked it was active, and the superuser was not
		Map<String, Double> truth = truth("""
				select case when application_name like 'notes monitor/%' then 'active'
				  when usename <> 'watcher' and not SEES_ALL then 'unknown' else 'idle' end, count(*)"""
			.replace("SEES_ALL", String.valueOf(seesAll)) + CLIENTS + " group by 1");
		assertThat(seen).isEqualTo(truth);
	}

	@Test
	void figuresThatNobodyAskedForLatelyAreNotKnown() {
		AtomicReference<Instant> now = new AtomicReference<>(Instant.EPOCH);
		ServerMonitor lazy = new ServerMonitor(
				new Sentinel(new Preflight(this.pool)::connectBare, new ApplicationInstance("notes", "abc123"),
						Duration.ofSeconds(20)),
				new MonitorSchedule(Duration.ofSeconds(15), Duration.ofSeconds(5)), this.refusals, List.of(),
				((InstantSource) now::get).withZone(ZoneOffset.UTC), new Random(1));
		ConnectionAlerts quiet = new ConnectionAlerts(new AlertPolicy(70, 85, 95), this.refusals, () -> 0,
				new ApplicationInstance("notes", "abc123"), List.of(),
				((InstantSource) now::get).withZone(ZoneOffset.UTC));
		lazy.addListener(quiet);
		SimpleMeterRegistry meters = new SimpleMeterRegistry();
		new PgkeelMeters(lazy, this.refusals, quiet).bindTo(meters);
		Gauge level = meters.get("pgkeel.alert.level").tag("subject", "blocked").gauge();
		assertThat(level.value()).isNaN();
		lazy.startOnDemand();
		lazy.refresh();
		assertThat(level.value()).isZero();
		Gauge truth = meters.get("pgkeel.server.connections.application").tag("application", "truth").gauge();
		assertThat(truth.value()).isOne();
		now.set(Instant.EPOCH.plusSeconds(61));
		assertThat(meters.get("pgkeel.server.utilization").gauge().value()).isNaN();
		assertThat(truth.value()).isNaN();
		assertThat(level.value()).isNaN();
		lazy.stop();
	}

	@Test
	void ageOfWhatNobodyCouldAskForYetIsNotKnown() {
		HikariDataSource unused = new HikariDataSource();
		unused.setJdbcUrl("jdbc:other:postgresql://localhost/notes");
		ServerMonitor early = new ServerMonitor(
				new BorrowedConnection(() -> unused, new Preflight(unused)::connectBare),
				new MonitorSchedule(Duration.ofSeconds(15), Duration.ofSeconds(5)), this.refusals, List.of(),
				Clock.systemUTC(), new Random(1));
		SimpleMeterRegistry meters = new SimpleMeterRegistry();
		new PgkeelMeters(early, this.refusals, null).bindTo(meters);
		early.start();
		assertThat(meters.get("pgkeel.monitor.data.age").timeGauge().value()).isNaN();
		early.stop();
	}

	@Test
	void idleTransactionsAndWaitsForLocksAreTheSuperusers() throws Exception {
		ask("grant pg_monitor to watcher");
		ask("create table locked (id int)");
		ask("grant all on locked to other");
		Connection holder = connectAs("other", "holder");
		holder.setAutoCommit(false);
		holder.createStatement().execute("lock table locked in access exclusive mode");
		Connection waiter = connectAs("other", "waiter");
		Thread waiting = new Thread(() -> {
			try (Statement statement = waiter.createStatement()) {
				statement.execute("select * from locked");
			}
			catch (SQLException ex) {
				throw new IllegalStateException(ex);
			}
		});
		waiting.start();
		Awaitility.await()
			.until(() -> truth("select 'waits', count(*)" + CLIENTS + " and wait_event_type = 'Lock'")
				.get("waits") == 1);
		this.monitor.poll();
		double age = truth("select 'age', extract(epoch from max(clock_timestamp() - state_change))" + CLIENTS
				+ " and state = 'idle in transaction'")
			.get("age");
		assertThat(this.registry.get("pgkeel.server.idle.in.transaction.age.max").timeGauge().value())
			.isCloseTo(age, offset(5.0))
			.isPositive();
		assertThat(gauge("pgkeel.server.blocked")).isOne();
		assertThat(gauges("pgkeel.server.connections", "state")).containsEntry("idle in transaction", 1.0);
		holder.rollback();
		waiting.join();
		ask("drop table locked");
	}

	@Test
	void limitOfTheRoleBindsBeforeTheServers() throws SQLException {
		ask("alter role watcher connection limit 2");
		connectAs("watcher", "first");
		this.monitor.poll();
		assertThat(gauge("pgkeel.server.utilization")).isOne();
		assertThat(gauges("pgkeel.server.connections.limit", "kind")).containsEntry("role", 2.0);
		assertThat(level()).isEqualTo(AlertLevel.PANIC);
		ask("alter role watcher connection limit 1");
		this.monitor.stop();
		assertThatRefusalIsTold(RefusalReason.ROLE_LIMIT);
	}

	@Test
	void limitOfTheDatabaseBindsBeforeTheServers() throws SQLException {
		ask("alter database postgres connection limit 4");
		connectAs("other", "first");
		connectAs("other", "second");
		this.monitor.poll();
		assertThat(gauge("pgkeel.server.utilization")).isOne();
		assertThat(gauges("pgkeel.server.connections.limit", "kind")).containsEntry("database", 4.0);
		assertThat(level()).isEqualTo(AlertLevel.PANIC);
		ask("alter database postgres connection limit 1");
		this.monitor.stop();
		assertThatRefusalIsTold(RefusalReason.DATABASE_LIMIT);
	}

	@Test
	void reservedSlotsAreNotForEverybody() {
		fillAs("other", usable());
		assertThatRefusalIsTold(RefusalReason.RESERVED_SLOTS_LEFT);
	}

	@Test
	void noSlotIsLeftForAnybody() {
		fillAs("other", usable());
		fillAs("postgres", 20);
		assertThatRefusalIsTold(RefusalReason.ALL_SLOTS_TAKEN);
	}

	/**
	 * A sentinel that connects now is refused.
	 */
	private void assertThatRefusalIsTold(RefusalReason reason) {
		this.monitor.poll();
		MonitorFailure failure = this.monitor.state().failure();
		assertThat(failure.cause()).isEqualTo(MonitorFailure.Cause.SERVER_FULL);
		assertThat(failure.refusal()).isEqualTo(reason);
		for (RefusalReason other : RefusalReason.values()) {
			assertThat(this.registry.get("pgkeel.server.refused")
				.tag("reason", other.toString())
				.functionCounter()
				.count()).isEqualTo((other == reason) ? 1 : 0);
		}
		assertThat(level()).isEqualTo(AlertLevel.PANIC);
		assertThat(this.alerts.current())
			.anySatisfy((alert) -> assertThat(alert.message()).contains(reason.description()));
		assertThat(gauge("pgkeel.server.utilization")).isNaN();
	}

	@Test
	void eachPollIsOneStatement() throws SQLException {
		this.monitor.poll();
		ask("select pg_stat_statements_reset()");
		for (int poll = 0; poll < 5; poll++) {
			this.monitor.poll();
			this.registry.getMeters().forEach((meter) -> assertThat(meter.measure()).isNotEmpty());
		}
		assertThat(truth("""
				select 'statements', coalesce(sum(calls), 0) from pg_stat_statements
				where userid = 'watcher'::regrole""")).containsEntry("statements", 5.0);
	}

	@Test
	void sentinelSeesTheServerThatHasNoSlotLeft() throws SQLException {
		this.monitor.poll();
		fillAs("other", usable());
		fillAs("postgres", 20);
		this.monitor.poll();
		assertThat(this.monitor.state().failure()).isNull();
		assertThat(this.monitor.current().total()).isEqualTo(20).isEqualTo((int) sessions());
		assertThat(level()).isEqualTo(AlertLevel.PANIC);
	}

}
