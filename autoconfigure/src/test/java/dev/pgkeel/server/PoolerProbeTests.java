package dev.pgkeel.server;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.atomic.AtomicInteger;

import dev.pgkeel.testsupport.PgBouncer;
import dev.pgkeel.testsupport.RequiresComponent;
import dev.pgkeel.testsupport.TestDatabase;
import dev.pgkeel.testsupport.TestServer;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link PoolerProbe}.
 */
@RequiresComponent("pgbouncer")
class PoolerProbeTests {

	private final TestDatabase database = TestServer.shared().newDatabase();

	@Test
	void serverItselfIsDirect() throws SQLException {
		assertThat(probe(this.database.jdbcUrl()).pooler()).isEqualTo(Pooler.DIRECT);
	}

	@RepeatedTest(3)
	void sessionModeIsFound() throws SQLException {
		try (PgBouncer pooler = PgBouncer.start(PgBouncer.Mode.SESSION)) {
			assertThat(probe(pooler.jdbcUrl(this.database.name())))
				.hasFieldOrPropertyWithValue("pooler", Pooler.SESSION)
				.hasFieldOrPropertyWithValue("namedStatementsWork", true);
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "default_pool_size = 20", "default_pool_size = 1", "server_round_robin = 1",
			"min_pool_size = 5" })
	void transactionModeIsFound(String setting) throws SQLException {
		try (PgBouncer pooler = PgBouncer.start(PgBouncer.Mode.TRANSACTION, setting)) {
			assertThat(probe(pooler.jdbcUrl(this.database.name())))
				.isEqualTo(new PoolerProbe.Result(Pooler.TRANSACTION, false, "connections share processes"));
		}
	}

	@Test
	void transactionModeIsFoundUnderLoad() throws SQLException {
		try (PgBouncer pooler = PgBouncer.start(PgBouncer.Mode.TRANSACTION);
				Connection busy = connect(pooler.jdbcUrl(this.database.name()));
				Statement statement = busy.createStatement()) {
			busy.setAutoCommit(false);
			statement.execute("select 1");
			assertThat(probe(pooler.jdbcUrl(this.database.name())).pooler()).isEqualTo(Pooler.TRANSACTION);
		}
	}

	@Test
	void transactionModeIsFoundWhereTwoSessionsTakeTurns() throws SQLException {
		try (PgBouncer pooler = PgBouncer.start(PgBouncer.Mode.TRANSACTION, "server_round_robin = 1")) {
			String url = pooler.jdbcUrl(this.database.name());
			openTwoSessions(url);
			assertThat(probe(url))
				.isEqualTo(new PoolerProbe.Result(Pooler.TRANSACTION, false, "connections share processes"));
		}
	}

	/**
	 * Each process knows the name from one of the connections, before they change places.
	 */
	@Test
	void statementOfAnotherConnectionIsNotTakenForOnesOwn() throws SQLException {
		try (PgBouncer pooler = PgBouncer.start(PgBouncer.Mode.TRANSACTION, "server_round_robin = 1")) {
			String url = pooler.jdbcUrl(this.database.name());
			openTwoSessions(url);
			try (Connection one = connect(url);
					Connection busy = connect(url);
					Statement statement = busy.createStatement()) {
				int pid = ServerFacts.read(one).backendPid();
				AtomicInteger prepared = new AtomicInteger();
				PoolerProbe.Result result = new PoolerProbe(() -> beforePreparing(connect(url), () -> {
					if (prepared.incrementAndGet() == 2) {
						statement.execute("select 1");
					}
				})).probe(one, pid);
				assertThat(prepared).hasValueGreaterThan(1);
				assertThat(result)
					.isEqualTo(new PoolerProbe.Result(Pooler.TRANSACTION, false, "connections share processes"));
			}
		}
	}

	/**
	 * The driver would give its own rollback a name.
	 */
	private static void openTwoSessions(String url) throws SQLException {
		try (Connection one = connect(url);
				Statement statement = one.createStatement();
				Connection other = connect(url);
				Statement statementOfOther = other.createStatement()) {
			statement.execute("begin");
			statementOfOther.execute("begin");
			statement.execute("rollback");
			statementOfOther.execute("rollback");
		}
	}

	private static Connection beforePreparing(Connection connection, Statements first) {
		return (Connection) Proxy.newProxyInstance(PoolerProbeTests.class.getClassLoader(),
				new Class<?>[] { Connection.class }, (proxy, method, arguments) -> {
					if (method.getName().equals("prepareStatement")) {
						first.run();
					}
					try {
						return method.invoke(connection, arguments);
					}
					catch (InvocationTargetException ex) {
						throw ex.getTargetException();
					}
				});
	}

	@Test
	void statementModeCountsAsTransactionMode() throws SQLException {
		try (PgBouncer pooler = PgBouncer.start(PgBouncer.Mode.STATEMENT)) {
			assertThat(probe(pooler.jdbcUrl(this.database.name())).pooler()).isEqualTo(Pooler.TRANSACTION);
		}
	}

	@Test
	void poolerWithoutAFreeSessionIsUnknown() throws SQLException {
		try (PgBouncer pooler = PgBouncer.start(PgBouncer.Mode.SESSION, "default_pool_size = 1")) {
			assertThat(probe(pooler.jdbcUrl(this.database.name())).pooler()).isEqualTo(Pooler.UNKNOWN);
		}
	}

	@Test
	void probeLeavesNothingPrepared() throws SQLException {
		try (PgBouncer pooler = PgBouncer.start(PgBouncer.Mode.TRANSACTION)) {
			probe(pooler.jdbcUrl(this.database.name()));
			assertThat(probe(pooler.jdbcUrl(this.database.name())).pooler()).isEqualTo(Pooler.TRANSACTION);
			try (Connection connection = connect(pooler.jdbcUrl(this.database.name()));
					Statement statement = connection.createStatement();
					ResultSet row = statement.executeQuery("select count(*) from pg_prepared_statements")) {
				row.next();
				assertThat(row.getInt(1)).isZero();
			}
		}
	}

	@Test
	void probeLeavesAloneWhatOthersPrepared() throws SQLException {
		try (PgBouncer pooler = PgBouncer.start(PgBouncer.Mode.TRANSACTION, "default_pool_size = 1")) {
			String url = pooler.jdbcUrl(this.database.name());
			try (Connection connection = connect(url); Statement statement = connection.createStatement()) {
				statement.execute("prepare other as select 1");
				assertThat(probe(url).pooler()).isEqualTo(Pooler.TRANSACTION);
				try (ResultSet row = statement.executeQuery("execute other")) {
					assertThat(row.next()).isTrue();
				}
			}
		}
	}

	private static PoolerProbe.Result probe(String url) throws SQLException {
		try (Connection connection = connect(url)) {
			int pid = ServerFacts.read(connection).backendPid();
			return new PoolerProbe(() -> connect(url)).probe(connection, pid);
		}
	}

	private static Connection connect(String url) throws SQLException {
		return DriverManager.getConnection(url + "?loginTimeout=5", "postgres", "");
	}

	private interface Statements {

		void run() throws SQLException;

	}

}
