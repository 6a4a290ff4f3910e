package dev.pgkeel.transaction;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;

import javax.sql.DataSource;

import dev.pgkeel.lease.GuardedDataSource;
import dev.pgkeel.server.Preflight;
import dev.pgkeel.testsupport.PgProxy;
import dev.pgkeel.testsupport.PgProxy.Cut;
import dev.pgkeel.testsupport.TestDatabase;
import dev.pgkeel.testsupport.TestServer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;
import org.junit.jupiter.params.provider.ValueSource;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DataSourceUtils;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.mockito.BDDMockito.willThrow;
import static org.mockito.Mockito.mock;

/**
 * Tests for {@link CommitResolution}.
 */
@Tag("compatibility")
@Tag("hikaricp")
@ExtendWith(OutputCaptureExtension.class)
class CommitResolutionTests {

	private static final Duration PATIENCE = Duration.ofSeconds(10);

	private final TestDatabase database = TestServer.shared().newDatabase();

	private final PgProxy proxy = PgProxy.to(this.database.jdbcUrl());

	private final List<GuardedDataSource> pools = new ArrayList<>();

	private final List<Integer> completions = new ArrayList<>();

	private final AtomicInteger attempts = new AtomicInteger();

	private final AtomicInteger sideEffects = new AtomicInteger();

	@BeforeEach
	void createTable() {
		this.database.execute("create table notes (body text)");
	}

	@AfterEach
	void close() {
		this.pools.forEach((pool) -> assertThat(pool.getHikariPoolMXBean().getActiveConnections()).isZero());
		this.pools.forEach(GuardedDataSource::close);
		this.proxy.close();
	}

	@ParameterizedTest
	@EnumSource(names = { "AFTER_FORWARDING", "IN_THE_ANSWER" })
	void committedTransactionReturnsNormally(Cut cut) {
		cutCommits(cut);
		assertThat(add(template(pool(PATIENCE)).withCommitResolution().withRetry(3))).isEqualTo("result");
		assertThat(this.attempts).hasValue(1);
		assertThat(this.sideEffects).hasValue(1);
		assertThat(this.completions).containsExactly(TransactionSynchronization.STATUS_COMMITTED);
		assertThat(notes()).isOne();
	}

	@Test
	void rolledBackTransactionMayBeRunAgain() {
		cutCommits(Cut.BEFORE_FORWARDING);
		GuardedTransactionTemplate template = template(pool(PATIENCE)).withCommitResolution();
		assertThatExceptionOfType(CommitRolledBackException.class).isThrownBy(() -> add(template))
			.withMessageMatching("The connection was lost in COMMIT, and the server says that transaction \\d+ was"
					+ " rolled back. It can be run again.*");
		assertThat(this.sideEffects).hasValue(0);
		assertThat(this.completions).containsExactly(TransactionSynchronization.STATUS_ROLLED_BACK);
		assertThat(notes()).isZero();
	}

	@Test
	void rolledBackTransactionIsRetried() {
		cutCommits(Cut.BEFORE_FORWARDING, Cut.BEFORE_FORWARDING, Cut.IN_THE_ANSWER);
		assertThat(add(template(pool(PATIENCE)).withCommitResolution().withRetry(3))).isEqualTo("result");
		assertThat(this.attempts).hasValue(3);
		assertThat(this.sideEffects).hasValue(1);
		assertThat(notes()).isOne();
	}

	@ParameterizedTest
	@EnumSource(mode = Mode.EXCLUDE, names = "NONE")
	void withoutResolutionTheOutcomeIsUnknown(Cut cut) {
		cutCommits(cut);
		Instant before = Instant.now();
		assertThatExceptionOfType(CommitOutcomeUnknownException.class)
			.isThrownBy(() -> add(template(pool(PATIENCE)).withRetry(3)))
			.satisfies((ex) -> {
				assertThat(ex.getTransactionId()).isNull();
				assertThat(ex.getTime()).isBetween(before, Instant.now());
			});
		assertThat(this.attempts).hasValue(1);
		assertThat(this.completions).containsExactly(TransactionSynchronization.STATUS_UNKNOWN);
	}

	@Test
	void notificationAloneHasNoId() {
		cutCommits(Cut.AFTER_FORWARDING);
		GuardedDataSource pool = pool(PATIENCE);
		assertThatExceptionOfType(CommitOutcomeUnknownException.class)
			.isThrownBy(() -> template(pool).withCommitResolution()
				.withRetry(3)
				.executeWithoutResult((status) -> new JdbcTemplate(pool).execute("notify notes")))
			.withMessageContaining("it changed no row, so it has no id")
			.satisfies((ex) -> assertThat(ex.getTransactionId()).isNull());
	}

	@Test
	void transactionInProgressIsWaitedFor() {
		slowCommits(1);
		cutCommits(Cut.AFTER_FORWARDING);
		assertThat(add(template(pool(PATIENCE)).withCommitResolution())).isEqualTo("result");
		assertThat(notes()).isOne();
	}

	@Test
	void patienceEnds() {
		slowCommits(60);
		cutCommits(Cut.AFTER_FORWARDING);
		assertThatExceptionOfType(CommitOutcomeUnknownException.class)
			.isThrownBy(() -> add(template(pool(Duration.ofMillis(500))).withCommitResolution().withRetry(3)))
			.withMessageContaining("it is still in progress")
			.satisfies((ex) -> assertThat(ex.getTransactionId()).isNotNull());
		assertThat(this.attempts).hasValue(1);
		this.database.execute("select pg_terminate_backend(pid) from pg_stat_activity"
				+ " where datname = current_database() and pid <> pg_backend_pid()");
	}

	@Test
	void serverThatIsGoneLeavesTheOutcomeOpen() {
		this.proxy.cutCommits(() -> {
			this.proxy.redirect(1);
			return Cut.AFTER_FORWARDING;
		});
		assertThatExceptionOfType(CommitOutcomeUnknownException.class)
			.isThrownBy(() -> add(template(pool(Duration.ofMillis(500))).withCommitResolution().withRetry(3)))
			.withMessageContaining("no server could be asked")
			.satisfies((ex) -> assertThat(ex.getTransactionId()).isNotNull());
		assertThat(this.attempts).hasValue(1);
	}

	@Test
	void connectionLostBeforeCommitIsARollback() {
		GuardedDataSource pool = pool(PATIENCE);
		template(pool).withCommitResolution().withRetry(2).executeWithoutResult((status) -> {
			new JdbcTemplate(pool).update("insert into notes values ('a')");
			if (this.attempts.incrementAndGet() == 1) {
				terminate(pool);
			}
		});
		assertThat(this.attempts).hasValue(2);
		assertThat(notes()).isOne();
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void connectionLostInTheCallbackIsARollback(boolean resolve) {
		GuardedDataSource pool = pool(PATIENCE);
		GuardedTransactionTemplate template = resolve ? template(pool).withCommitResolution() : template(pool);
		JdbcTemplate jdbc = new JdbcTemplate(pool);
		template.withRetry(2).executeWithoutResult((status) -> {
			jdbc.update("insert into notes values ('a')");
			if (this.attempts.incrementAndGet() == 1) {
				terminate(pool);
				assertThatExceptionOfType(DataAccessException.class)
					.isThrownBy(() -> jdbc.update("insert into notes values ('best effort')"));
			}
		});
		assertThat(this.attempts).hasValue(2);
		assertThat(notes()).isOne();
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void commitThatTheCallbackHasLostIsNoReasonToRunItAgain(boolean resolve) {
		cutCommits(Cut.AFTER_FORWARDING);
		GuardedDataSource pool = pool(PATIENCE);
		GuardedTransactionTemplate template = resolve ? template(pool).withCommitResolution() : template(pool);
		assertThatThrownBy(() -> template.withRetry(3).executeWithoutResult((status) -> {
			this.attempts.incrementAndGet();
			new JdbcTemplate(pool).update("insert into notes values ('a')");
			Connection connection = DataSourceUtils.getConnection(pool);
			assertThatExceptionOfType(SQLException.class).isThrownBy(connection::commit);
		})).isNotInstanceOf(CommitRolledBackException.class).hasStackTraceContaining("I/O error");
		assertThat(this.attempts).hasValue(1);
	}

	@Test
	void sessionEndedInCommitIsAskedAbout() {
		this.database.execute("""
				create function die() returns trigger language plpgsql as
				$$ begin perform pg_terminate_backend(pg_backend_pid()); perform pg_sleep(60); return null; end $$;
				create constraint trigger die after insert on notes deferrable initially deferred
				for each row execute function die()""");
		assertThatExceptionOfType(CommitRolledBackException.class)
			.isThrownBy(() -> add(template(pool(PATIENCE)).withCommitResolution()))
			.withStackTraceContaining("terminating connection due to administrator command");
	}

	@Test
	void refusedCommitKeepsItsFailure() {
		this.database.execute("create table parents (id int primary key);"
				+ "alter table notes add parent int not null default 1 references parents deferrable initially deferred");
		assertThatThrownBy(() -> add(template(pool(PATIENCE)).withCommitResolution().withRetry(3)))
			.hasStackTraceContaining("violates foreign key constraint")
			.isNotInstanceOf(CommitRolledBackException.class);
		assertThat(this.attempts).hasValue(1);
	}

	@Test
	void interruptIsKept() {
		cutCommits(Cut.IN_THE_ANSWER);
		GuardedDataSource pool = pool(PATIENCE);
		template(pool).withCommitResolution().executeWithoutResult((status) -> {
			new JdbcTemplate(pool).update("insert into notes values ('a')");
			Thread.currentThread().interrupt();
		});
		assertThat(Thread.interrupted()).isTrue();
		assertThat(notes()).isOne();
	}

	@Test
	void ordinaryRoleMayAsk() {
		String role = ordinaryRole();
		cutCommits(Cut.AFTER_FORWARDING);
		assertThat(add(template(pool(role, PATIENCE)).withCommitResolution())).isEqualTo("result");
	}

	/**
	 * As {@code postgres_fdw} says it, whose other server may have committed.
	 */
	@Test
	void lossOfTheServersOwnConnectionIsNoReasonToRunAnythingAgain() {
		this.database.execute("""
				create function lose() returns trigger language plpgsql as
				$$ begin raise exception 'server closed the connection unexpectedly' using errcode = '08006'; end $$;
				create constraint trigger lose after insert on notes deferrable initially deferred
				for each row execute function lose()""");
		assertThatExceptionOfType(CommitOutcomeUnknownException.class)
			.isThrownBy(() -> add(template(pool(PATIENCE)).withCommitResolution().withRetry(3)))
			.withMessageContaining("such as that of a foreign table")
			.satisfies((ex) -> assertThat(ex.getTransactionId()).isNotNull());
		assertThat(this.attempts).hasValue(1);
	}

	@ParameterizedTest
	@CsvSource({ "ERROR,true,true", "ERROR,false,true", "FATAL,true,false", "FATALE,true,false", "ERRORE,false,true" })
	void serverThatGoesOnIsToldInAnyLanguage(String severity, boolean lost, boolean answered) {
		PSQLException failure = new PSQLException(
				new ServerErrorMessage("S" + severity + "\0C08006\0Mprovoked\0Rexec_stmt_raise\0"));
		if (lost) {
			failure.setNextException(new SQLException("provoked", "08006"));
		}
		assertThat(SqlStates.answered(failure)).isEqualTo(answered);
	}

	@Test
	void poolerThatHangsUpIsNoServerThatGoesOn() {
		PSQLException failure = new PSQLException(
				new ServerErrorMessage("SERROR\0C08006\0Mremote server read/write error\0"));
		failure.setNextException(new SQLException("provoked", "08006"));
		assertThat(SqlStates.answered(failure)).isFalse();
	}

	@Test
	void roleThatMayNotAskCommitsAllTheSame(CapturedOutput output) {
		String role = ordinaryRole();
		this.database.execute("revoke execute on function pg_control_system() from public");
		GuardedTransactionTemplate template = template(pool(role, PATIENCE)).withCommitResolution();
		assertThat(add(template)).isEqualTo("result");
		assertThat(add(template)).isEqualTo("result");
		assertThat(notes()).isEqualTo(2);
		assertThat(output.getOut().split("cannot be found out", -1)).hasSize(2);
		cutCommits(Cut.BEFORE_FORWARDING);
		assertThatExceptionOfType(CommitOutcomeUnknownException.class).isThrownBy(() -> add(template))
			.withMessageContaining("its id was not to be had");
	}

	@Test
	void rawJdbcGetsItsOwnKindOfException() throws SQLException {
		GuardedDataSource pool = ResolvingPools.of(this.proxy.jdbcUrl(this.database.name()), this.database.username(),
				"", 1, true, PATIENCE);
		this.pools.add(pool);
		cutCommits(Cut.IN_THE_ANSWER, Cut.BEFORE_FORWARDING, Cut.AFTER_FORWARDING);
		addRaw(pool, "insert into notes values ('a')");
		assertThatExceptionOfType(SQLException.class).isThrownBy(() -> addRaw(pool, "insert into notes values ('b')"))
			.satisfies((ex) -> assertThat(ex.getSQLState()).isEqualTo("40000"));
		assertThatExceptionOfType(SQLException.class).isThrownBy(() -> addRaw(pool, "notify notes"))
			.satisfies((ex) -> assertThat(ex.getSQLState()).isEqualTo("08007"));
		assertThat(notes()).isOne();
	}

	/**
	 * Most of these cannot be provoked.
	 */
	@ParameterizedTest
	@ValueSource(strings = { "08000", "08003", "08006", "08007", "08P01", "40003", "57P01", "57P02", "57P03", "25P04" })
	void statesOfALostConnectionLeaveTheOutcomeOpen(String state) throws SQLException {
		Connection connection = mock();
		SQLException failure = new SQLException("provoked", state);
		willThrow(failure).given(connection).commit();
		assertThatExceptionOfType(SQLException.class).isThrownBy(() -> resolution().commit(connection, mock()))
			.withMessageContaining("may have committed or not")
			.withCause(failure)
			.satisfies((ex) -> assertThat(ex.getSQLState()).isEqualTo("08007"));
	}

	@ParameterizedTest
	@ValueSource(strings = { "23503", "40001", "40P01", "57014", "25P02", "25P03" })
	void otherStatesAreAnAnswer(String state) throws SQLException {
		Connection connection = mock();
		SQLException failure = new SQLException("provoked", state);
		willThrow(failure).given(connection).commit();
		assertThatExceptionOfType(SQLException.class).isThrownBy(() -> resolution().commit(connection, mock()))
			.isSameAs(failure);
	}

	private static CommitResolution resolution() {
		return new CommitResolution(new Preflight(mock(DataSource.class)), true, PATIENCE, Clock.systemUTC());
	}

	@Test
	void transactionOfTheFutureIsNotKnown() throws SQLException {
		try (Connection connection = this.database.connect()) {
			TransactionIdentity.History history = TransactionIdentity.History.read(connection);
			CommitInquiry inquiry = new CommitInquiry(new Preflight(pool(PATIENCE)), PATIENCE);
			assertThat(inquiry.ask("4611686018427387904", new TransactionIdentity(null, 0, history)).result())
				.isEqualTo(CommitOutcome.Result.UNDECIDABLE);
		}
		assertThat(CommitOutcome.of("forgotten").result()).isEqualTo(CommitOutcome.Result.UNDECIDABLE);
		this.pools.clear();
	}

	private String ordinaryRole() {
		String role = "role_" + UUID.randomUUID().toString().replace('-', '_');
		this.database.execute("create role " + role + " login; grant all on notes to " + role);
		return role;
	}

	private void slowCommits(int seconds) {
		this.database.execute("""
				create function slow() returns trigger language plpgsql as
				$$ begin perform pg_sleep(%d); return null; end $$;
				create constraint trigger slow after insert on notes deferrable initially deferred
				for each row execute function slow()""".formatted(seconds));
	}

	private void terminate(GuardedDataSource pool) {
		Integer pid = new JdbcTemplate(pool).queryForObject("select pg_backend_pid()", Integer.class);
		this.database.execute("select pg_terminate_backend(" + pid + ", 10000)");
	}

	private static void addRaw(GuardedDataSource pool, String sql) throws SQLException {
		try (Connection connection = pool.getConnection(); Statement statement = connection.createStatement()) {
			connection.setAutoCommit(false);
			statement.execute(sql);
			connection.commit();
		}
	}

	/**
	 * What comes after the last one is not cut.
	 */
	private void cutCommits(Cut... cuts) {
		Iterator<Cut> next = Arrays.asList(cuts).iterator();
		this.proxy.cutCommits(() -> next.hasNext() ? next.next() : Cut.NONE);
	}

	private GuardedDataSource pool(Duration patience) {
		return pool(this.database.username(), patience);
	}

	private GuardedDataSource pool(String username, Duration patience) {
		GuardedDataSource pool = ResolvingPools.of(this.proxy.jdbcUrl(this.database.name()), username, "", 1, false,
				patience);
		this.pools.add(pool);
		return pool;
	}

	private static GuardedTransactionTemplate template(GuardedDataSource pool) {
		return new GuardedTransactionTemplate(new JdbcTransactionManager(pool));
	}

	private String add(GuardedTransactionTemplate template) {
		GuardedDataSource pool = this.pools.get(0);
		return template.execute((status) -> {
			this.attempts.incrementAndGet();
			new JdbcTemplate(pool).update("insert into notes values ('a')");
			GuardedTransactionTemplate.afterCommit(this.sideEffects::incrementAndGet);
			TransactionSynchronizationManager.registerSynchronization(new TransactionSynchronization() {

				@Override
				public void afterCompletion(int status) {
					CommitResolutionTests.this.completions.add(status);
				}

			});
			return "result";
		});
	}

	private Long notes() {
		return this.database.query("select count(*) from notes", Long.class);
	}

}
