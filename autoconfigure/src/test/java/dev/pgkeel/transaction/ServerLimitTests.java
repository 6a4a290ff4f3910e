package dev.pgkeel.transaction;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;

import com.zaxxer.hikari.HikariDataSource;
import dev.pgkeel.testsupport.PgBouncer;
import dev.pgkeel.testsupport.RequiresComponent;
import dev.pgkeel.testsupport.TestServer;
import dev.pgkeel.transaction.GuardedPool.Kind;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.postgresql.PGConnection;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.lookup.AbstractRoutingDataSource;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.TransactionTimedOutException;
import org.springframework.transaction.support.TransactionTemplate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for {@link ServerLimit}.
 */
@Tag("compatibility")
@ExtendWith(OutputCaptureExtension.class)
class ServerLimitTests {

	private static final Duration SECOND = Duration.ofSeconds(1);

	private static final String NAME = (TestServer.shared().majorVersion() >= 17) ? "transaction_timeout"
			: "statement_timeout";

	private final GuardedPool pool = new GuardedPool();

	private final JdbcTemplate jdbc = new JdbcTemplate(this.pool.pool());

	@BeforeEach
	void createTable() {
		this.jdbc.execute("create table notes (body text not null)");
	}

	@AfterEach
	void close() {
		this.pool.close();
	}

	@ParameterizedTest
	@ValueSource(booleans = { false, true })
	void serverThatRefusesTheLimitBreaksNothing(boolean autosave, CapturedOutput output) throws SQLException {
		ServerLimit limit = new ServerLimit((version) -> List.of("no_such_timeout"));
		try (Connection connection = DriverManager.getConnection(
				this.pool.database().directUrl() + (autosave ? "?autosave=always" : ""),
				this.pool.database().username(), "")) {
			connection.setAutoCommit(false);
			execute(connection, "insert into notes values ('before')");
			limit.tell(limit, connection, SECOND);
			execute(connection, "insert into notes values ('after')");
			limit.tell(limit, connection, SECOND);
			connection.commit();
		}
		assertThat(notes(this.jdbc)).isEqualTo(2);
		assertThat(output.toString().split("by the application alone", -1)).hasSize(2);
	}

	@Test
	void cancelledStatementIsNoRefusal(CapturedOutput output) throws Exception {
		String waits = NAME + "; select pg_sleep(60)";
		AtomicReference<String> name = new AtomicReference<>(waits);
		ServerLimit limit = new ServerLimit((version) -> List.of(name.get()));
		try (Connection connection = this.pool.database().connect()) {
			connection.setAutoCommit(false);
			int pid = connection.unwrap(PGConnection.class).getBackendPID();
			CompletableFuture<Void> told = CompletableFuture.runAsync(() -> tell(limit, connection));
			Awaitility.await()
				.until(() -> this.pool.database()
					.query("select count(pg_cancel_backend(pid)) from pg_stat_activity where pid = " + pid
							+ " and wait_event = 'PgSleep'", Long.class) == 1);
			told.get();
			name.set(NAME);
			tell(limit, connection);
			assertThat(show(connection)).isEqualTo("30s");
		}
		assertThat(output).doesNotContain("by the application alone");
	}

	/**
	 * HikariCP 7.0 closes a connection on which something is not supported (0A000).
	 */
	@Test
	void poolKeepsTheConnectionOfAServerThatDoesNotSupportTheLimit() throws SQLException {
		ServerLimit limit = new ServerLimit(
				(version) -> List.of("work_mem; set default_with_oids = true; show work_mem"));
		try (Connection connection = this.pool.pool().getConnection()) {
			connection.setAutoCommit(false);
			execute(connection, "insert into notes values ('before')");
			limit.tell(this.pool, connection, SECOND);
			execute(connection, "insert into notes values ('after')");
			connection.commit();
		}
		assertThat(notes(this.jdbc)).isEqualTo(2);
	}

	@Test
	void shorterLimitOfOnePoolsSessionsStays() throws SQLException {
		ServerLimit limit = new ServerLimit();
		try (HikariDataSource other = new HikariDataSource()) {
			other.setJdbcUrl(this.pool.database().jdbcUrl());
			other.setUsername(this.pool.database().username());
			other.setPassword(this.pool.database().password());
			other.setMaximumPoolSize(1);
			other.setConnectionInitSql("set " + NAME + " = '7s'");
			for (HikariDataSource each : List.of(this.pool.pool(), other)) {
				try (Connection connection = each.getConnection()) {
					connection.setAutoCommit(false);
					limit.tell(each, connection, Duration.ofMinutes(1));
					assertThat(show(connection)).isEqualTo((each != other) ? "1min" : "7s");
					connection.rollback();
				}
			}
		}
	}

	private static void tell(ServerLimit limit, Connection connection) {
		try {
			limit.tell(limit, connection, Duration.ofSeconds(30));
		}
		catch (SQLException ex) {
			throw new IllegalStateException(ex);
		}
	}

	@Test
	void limitOfMonthsIsNotTold() throws SQLException {
		ServerLimit limit = new ServerLimit();
		try (Connection connection = this.pool.database().connect()) {
			connection.setAutoCommit(false);
			limit.tell(limit, connection, Duration.ofDays(100));
			assertThat(show(connection)).isEqualTo("0");
			connection.rollback();
		}
	}

	@Test
	void shorterLimitOfTheRoleStays() throws SQLException {
		this.jdbc.execute("alter database " + this.pool.database().name() + " set " + NAME + " = '7s'");
		ServerLimit limit = new ServerLimit();
		try (Connection connection = this.pool.database().connect()) {
			connection.setAutoCommit(false);
			for (int transaction = 1; transaction <= 2; transaction++) {
				limit.tell(limit, connection, Duration.ofMinutes(1));
				assertThat(show(connection)).isEqualTo("7s");
				connection.commit();
				limit.tell(limit, connection, Duration.ofSeconds(6));
				assertThat(show(connection)).isEqualTo("6s");
				connection.commit();
			}
		}
	}

	@ParameterizedTest
	@CsvSource({ "1h, 2", "2s, 3600" })
	void shorterOfTheRolesLimitAndTheTransactionsIsInForce(String role, int seconds) throws SQLException {
		String ended = (TestServer.shared().majorVersion() >= 17) ? "25P04" : "57014";
		this.jdbc.execute("alter database " + this.pool.database().name() + " set " + NAME + " = '" + role + "'");
		ServerLimit limit = new ServerLimit();
		for (int session = 1; session <= 2; session++) {
			try (Connection connection = this.pool.database().connect()) {
				connection.setAutoCommit(false);
				limit.tell(limit, connection, Duration.ofSeconds(seconds));
				assertThatExceptionOfType(SQLException.class)
					.isThrownBy(() -> execute(connection, "select pg_sleep(30)"))
					.satisfies((ex) -> assertThat(ex.getSQLState()).isEqualTo(ended));
			}
		}
	}

	@Test
	void eachDatabaseBehindOneDataSourceHasItsOwnSettings() {
		try (GuardedPool second = new GuardedPool()) {
			second.database().execute("alter database " + second.database().name() + " set " + NAME + " = '7s'");
			AtomicReference<String> target = new AtomicReference<>("first");
			AbstractRoutingDataSource routing = new AbstractRoutingDataSource() {

				@Override
				protected Object determineCurrentLookupKey() {
					return target.get();
				}

			};
			routing.setTargetDataSources(Map.of("first", this.pool.pool(), "second", second.pool()));
			routing.afterPropertiesSet();
			JdbcTransactionManager manager = new JdbcTransactionManager(routing);
			manager.addListener(this.pool.guard());
			TransactionTemplate limited = new TransactionTemplate(manager);
			limited.setTimeout(60);
			JdbcTemplate routed = new JdbcTemplate(routing);
			limited.executeWithoutResult(
					(status) -> assertThat(routed.queryForObject("show " + NAME, String.class)).isNotEqualTo("7s"));
			target.set("second");
			assertThat(limited.<String>execute((status) -> routed.queryForObject("show " + NAME, String.class)))
				.isEqualTo("7s");
		}
	}

	@Test
	void limitDoesNotFixTheSnapshot() {
		TransactionTemplate limited = this.pool.template(Kind.JDBC).withTimeout(Duration.ofSeconds(30));
		limited.setIsolationLevel(TransactionDefinition.ISOLATION_REPEATABLE_READ);
		limited.executeWithoutResult((status) -> {
			this.pool.database().execute("insert into notes values ('later')");
			this.jdbc.execute("set transaction isolation level serializable");
			assertThat(notes(this.jdbc)).isOne();
		});
	}

	@Test
	@RequiresComponent("pgbouncer")
	void limitHoldsBehindPgBouncerAndStaysInItsTransaction() {
		try (PgBouncer pooler = PgBouncer.start(PgBouncer.Mode.TRANSACTION, "default_pool_size = 1",
				"ignore_startup_parameters = extra_float_digits")) {
			try (GuardedPool pooled = new GuardedPool()) {
				pooled.pool().setJdbcUrl(pooler.jdbcUrl(pooled.database().name()));
				pooled.pool().addDataSourceProperty("prepareThreshold", "0");
				JdbcTemplate pooledJdbc = new JdbcTemplate(pooled.pool());
				GuardedTransactionTemplate limited = pooled.template(Kind.JDBC).withTimeout(SECOND);
				assertThatExceptionOfType(TransactionTimedOutException.class).isThrownBy(
						() -> limited.executeWithoutResult((status) -> pooledJdbc.execute("select pg_sleep(60)")));
				limited.withTimeout(Duration.ofSeconds(30))
					.executeWithoutResult((status) -> assertThat(
							ServerLimit.millis(pooledJdbc.queryForObject("show " + NAME, String.class)))
						.isBetween(20_000L, 30_500L));
				assertThat(pooledJdbc.queryForObject("show " + NAME, String.class)).isEqualTo("0");
			}
		}
	}

	@ParameterizedTest
	@CsvSource({ "0, 0", "250ms, 250", "7s, 7000", "3min, 180000", "2h, 7200000", "1d, 86400000", "500us, 0" })
	void timesAreReadAsTheServerWritesThem(String time, long millis) {
		assertThat(ServerLimit.millis(time)).isEqualTo(millis);
	}

	private static void execute(Connection connection, String sql) throws SQLException {
		try (Statement statement = connection.createStatement()) {
			statement.execute(sql);
		}
	}

	private static String show(Connection connection) throws SQLException {
		try (Statement statement = connection.createStatement();
				ResultSet row = statement.executeQuery("show " + NAME)) {
			row.next();
			return row.getString(1);
		}
	}

	private static Long notes(JdbcTemplate jdbc) {
		return jdbc.queryForObject("select count(*) from notes", Long.class);
	}

}
