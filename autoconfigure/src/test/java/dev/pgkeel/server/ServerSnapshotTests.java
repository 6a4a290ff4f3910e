package dev.pgkeel.server;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

import dev.pgkeel.testsupport.TestDatabase;
import dev.pgkeel.testsupport.TestServer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.tuple;

/**
 * Tests for {@link ServerSnapshot} and {@link SnapshotQuery}: a superuser's count is the
 * truth.
 */
@Tag("compatibility")
class ServerSnapshotTests {

	private static final String TRUTH = "select count(*) from pg_stat_activity where backend_type = 'client backend'";

	private final TestDatabase database = TestServer.shared().newDatabase();

	private final String suffix = UUID.randomUUID().toString().substring(0, 8);

	private final String watcher = "watcher_" + this.suffix;

	private final String other = "other_" + this.suffix;

	private final List<Connection> open = new ArrayList<>();

	@BeforeEach
	void createRoles() {
		this.database.execute("create role " + this.watcher + " login");
		this.database.execute("create role " + this.other + " login");
	}

	@AfterEach
	void closeConnections() throws SQLException {
		for (Connection connection : this.open) {
			connection.close();
		}
		this.database.execute("drop owned by " + this.watcher + "; drop role " + this.watcher);
		this.database.execute("drop owned by " + this.other + "; drop role " + this.other);
	}

	private Connection connectAs(String role, String application) throws SQLException {
		Connection connection = this.database.connectAs(role, application);
		this.open.add(connection);
		return connection;
	}

	private static ServerSnapshot snapshot(Connection connection) throws SQLException {
		return SnapshotQuery.run(connection, Duration.ofSeconds(30), Instant.now());
	}

	@ParameterizedTest
	@ValueSource(booleans = { false, true })
	void countIsTheSuperusers(boolean seesAll) throws SQLException {
		if (seesAll) {
			this.database.execute("grant pg_monitor to " + this.watcher);
		}
		Connection watching = connectAs(this.watcher, "watch/abc123");
		for (int i = 0; i < 3; i++) {
			connectAs(this.other, "notes/abc12" + i);
		}
		connectAs(this.other, "notes/abc120 - 10.0.0.7:5000");
		Awaitility.await().atMost(Duration.ofSeconds(30)).untilAsserted(() -> {
			ServerSnapshot snapshot = snapshot(watching);
			// The superuser's own session comes on top
			int truth = Math.toIntExact(this.database.query(TRUTH, Long.class)) - 1;
			assertThat(snapshot.total()).isEqualTo(truth);
			assertThat(snapshot.byApplication()).containsEntry("notes", 4).containsEntry("watch", 1);
			assertThat(snapshot.sessions()).filteredOn((group) -> group.instance().equals("abc120"))
				.extracting(SessionGroup::application, SessionGroup::sessions)
				.containsExactly(tuple("notes", 2));
			assertThat(snapshot.seesAllSessions()).isEqualTo(seesAll);
			assertThat(snapshot.hidden() > 0).isEqualTo(!seesAll);
			assertThat(snapshot.binding().upperBound()).isEqualTo(!seesAll);
			assertThat(snapshot.byState().containsKey(SessionGroup.UNKNOWN)).isEqualTo(!seesAll);
		});
	}

	@Test
	void limitsOfRoleAndDatabaseBindBeforeTheServers() throws SQLException {
		this.database.execute("alter role " + this.watcher + " connection limit 4");
		this.database.execute("alter database " + this.database.name() + " connection limit 7");
		Connection watching = connectAs(this.watcher, "watch/abc123");
		connectAs(this.watcher, "watch/abc123");
		connectAs(this.watcher, "watch/abc123");
		LimitUsage role = snapshot(watching).binding();
		assertThat(role).isEqualTo(new LimitUsage(LimitUsage.Kind.ROLE, 3, 4, false))
			.hasToString("3/4 connections of the role (75 %)");
		connectAs(this.other, "notes/abc123");
		connectAs(this.other, "notes/abc123");
		connectAs(this.other, "notes/abc123");
		LimitUsage database = snapshot(watching).binding();
		assertThat(database).isEqualTo(new LimitUsage(LimitUsage.Kind.DATABASE, 6, 7, true))
			.hasToString("at most 6/7 connections of the database (86 %)");
	}

	@ParameterizedTest
	@ValueSource(strings = { "", ".project" })
	void limitOfARoleThatOnlyAPoolerKnowsIsTheAskingOnes(String suffix) throws SQLException {
		this.database.execute("alter role " + this.watcher + " connection limit 4");
		this.database.execute("alter role " + this.other + " connection limit 5");
		Connection watching = connectAs(this.watcher, "watch/abc123");
		ServerSnapshot snapshot = ServerSnapshot.read(watching, this.other + suffix, Duration.ofSeconds(30),
				Clock.systemUTC());
		assertThat(snapshot.limits().role()).isEqualTo(suffix.isEmpty() ? 5 : 4);
	}

	@Test
	void refusalsOfRoleAndDatabaseAreToldApart() throws SQLException {
		this.database.execute("alter role " + this.watcher + " connection limit 1");
		connectAs(this.watcher, "watch");
		assertThatExceptionOfType(SQLException.class).isThrownBy(() -> connectAs(this.watcher, "watch"))
			.satisfies((ex) -> assertThat(RefusalReason.of(ex)).isEqualTo(RefusalReason.ROLE_LIMIT));
		this.database.execute("alter database " + this.database.name() + " connection limit 1");
		assertThatExceptionOfType(SQLException.class).isThrownBy(() -> connectAs(this.other, "other"))
			.satisfies((ex) -> assertThat(RefusalReason.of(ex)).isEqualTo(RefusalReason.DATABASE_LIMIT));
		this.database.execute("alter database " + this.database.name() + " connection limit -1");
	}

	@Test
	void blockedSessionsAndIdleTransactionsAreSeenByAnOrdinaryRole() throws Exception {
		this.database.execute("create table locked (id int)");
		this.database.execute("grant all on locked to " + this.watcher + ", " + this.other);
		Connection watching = connectAs(this.watcher, "watch/abc123");
		Connection holder = connectAs(this.watcher, "holder/abc123");
		holder.setAutoCommit(false);
		int holderPid;
		try (Statement statement = holder.createStatement()) {
			statement.execute("lock table locked in access exclusive mode");
			holderPid = holder.unwrap(org.postgresql.PGConnection.class).getBackendPID();
		}
		Connection waiter = connectAs(this.other, "waiter/abc123 - 10.0.0.7:5000");
		Thread thread = new Thread(() -> {
			try (Statement statement = waiter.createStatement()) {
				statement.execute("select * from locked");
			}
			catch (SQLException ex) {
				throw new IllegalStateException(ex);
			}
		});
		thread.start();
		Awaitility.await().atMost(Duration.ofSeconds(30)).untilAsserted(() -> {
			ServerSnapshot snapshot = snapshot(watching);
			assertThat(snapshot.blocked()).isPositive();
			assertThat(snapshot.longestBlocked()).anySatisfy((blocked) -> {
				assertThat(blocked.application()).isEqualTo("waiter");
				assertThat(blocked.blockedBy()).containsExactly(holderPid);
				assertThat(blocked.waiting()).isPositive();
			});
			assertThat(snapshot.longestIdleInTransaction()).isPositive();
			assertThat(snapshot.seen().get(holderPid)).satisfies((blocking) -> {
				assertThat(blocking.application()).isEqualTo("holder");
				assertThat(blocking.state()).isEqualTo("idle in transaction");
				assertThat(blocking.unchangedFor()).isPositive();
			});
		});
		holder.rollback();
		thread.join();
	}

	@Test
	void functionsOfOthersAreNotAsked() throws SQLException {
		this.database
			.execute("create function public.current_setting(text) returns text language sql as $$ select '1' $$");
		this.database.execute("alter role " + this.watcher + " set search_path = public, pg_catalog");
		Connection watching = connectAs(this.watcher, "watch/abc123");
		try (Statement statement = watching.createStatement();
				var row = statement.executeQuery("select current_setting('max_connections')")) {
			row.next();
			assertThat(row.getString(1)).isEqualTo("1");
		}
		assertThat(snapshot(watching).limits().maxConnections()).isEqualTo(100);
		assertThat(ServerFacts.read(watching).limits().maxConnections()).isEqualTo(100);
	}

	@Test
	void statementsAreReadOnlyForSomebodyWhoShowsThem() throws Exception {
		Connection watching = connectAs(this.watcher, "watch/abc123");
		Connection idle = connectAs(this.watcher, "idle/abc123");
		idle.setAutoCommit(false);
		try (Statement statement = idle.createStatement()) {
			statement.execute("select 'secret' as shown");
		}
		int pid = idle.unwrap(org.postgresql.PGConnection.class).getBackendPID();
		assertThat(snapshot(watching).seen()).doesNotContainKey(pid);
		assertThat(SnapshotQuery.run(watching, Duration.ofSeconds(30), Instant.now(), null, List.of(pid), false)
			.seen()
			.get(pid)
			.statement()).isNull();
		assertThat(SnapshotQuery.run(watching, Duration.ofSeconds(30), Instant.now(), null, List.of(), true)
			.seen()
			.get(pid)
			.statement()).contains("as shown").doesNotContain("secret");
	}

}
