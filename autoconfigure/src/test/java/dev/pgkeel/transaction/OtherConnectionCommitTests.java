package dev.pgkeel.transaction;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

import dev.pgkeel.lease.GuardedDataSource;
import dev.pgkeel.testsupport.PgProxy;
import dev.pgkeel.testsupport.PgProxy.Cut;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.transaction.support.DefaultTransactionDefinition;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;
import org.springframework.transaction.support.TransactionTemplate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests of commits on connections beside that of a transaction, and of commits on
 * connections that the server or the application makes difficult.
 */
@ExtendWith(OutputCaptureExtension.class)
class OtherConnectionCommitTests {

	private static final String RAW = "raw";

	private final GuardedPool guarded = GuardedPool.withoutLimitsOfTheServer();

	private final PgProxy proxy = PgProxy.to(this.guarded.database().jdbcUrl());

	private final List<GuardedDataSource> pools = new ArrayList<>();

	private final List<String> failures = new ArrayList<>();

	private final List<Integer> completions = new ArrayList<>();

	@BeforeEach
	void createTable() {
		this.guarded.database().execute("create table notes (body text)");
	}

	@AfterEach
	void close() {
		this.pools.forEach(GuardedDataSource::close);
		this.proxy.close();
		this.guarded.close();
	}

	@ParameterizedTest
	@EnumSource(Phase.class)
	void commitInASynchronizationFailsForItsOwnCallerAlone(Phase phase) {
		GuardedDataSource pool = pool(false);
		AtomicInteger commits = new AtomicInteger();
		int lost = (phase == Phase.BEFORE_COMMIT) ? 1 : 2;
		this.proxy.cutCommits(() -> (commits.incrementAndGet() == lost) ? Cut.BEFORE_FORWARDING : Cut.NONE);
		template(pool).withCommitResolution().executeWithoutResult((status) -> {
			insert(pool, "mine");
			TransactionSynchronizationManager.registerSynchronization(new RawCommit(phase, pool));
		});
		assertThat(this.failures).containsExactly("08006");
		assertThat(this.completions).containsExactly(TransactionSynchronization.STATUS_COMMITTED);
		assertThat(notes("mine")).isOne();
	}

	@ParameterizedTest
	@EnumSource(GuardedPool.Kind.class)
	void commitOfAnotherConnectionInATransactionKeepsItsKindOfException(GuardedPool.Kind kind) {
		GuardedDataSource pool = pool(true);
		AtomicInteger commits = new AtomicInteger();
		this.proxy.cutCommits(() -> (commits.incrementAndGet() == 1) ? Cut.BEFORE_FORWARDING : Cut.NONE);
		new TransactionTemplate(this.guarded.manager(kind, pool, true)).executeWithoutResult((status) -> {
			insert(pool, "mine");
			commitRaw(pool, "notify notes");
		});
		assertThat(this.failures).containsExactly("08007");
		assertThat(notes("mine")).isOne();
	}

	@Test
	void commitAfterCloseIsNoReasonToRunAnythingAgain() {
		GuardedDataSource pool = pool(true);
		AtomicInteger attempts = new AtomicInteger();
		assertThatExceptionOfType(IllegalStateException.class)
			.isThrownBy(() -> template(pool).withRetry(3).executeWithoutResult((status) -> {
				attempts.incrementAndGet();
				commitTwice(pool);
			}))
			.withStackTraceContaining("Connection is closed");
		assertThat(attempts).hasValue(1);
		assertThat(notes(RAW)).isOne();
	}

	/**
	 * HikariCP 7.0 closes a connection on which something is not supported (0A000).
	 */
	@ParameterizedTest
	@ValueSource(strings = { "0A000", "42501", "55000" })
	void serverWithoutAnIdentityCommitsAllTheSame(String state, CapturedOutput output) {
		this.guarded.database()
			.execute("set allow_system_table_mods = on;"
					+ " alter function pg_catalog.pg_walfile_name(pg_lsn) rename to pg_walfile_name_before;"
					+ " create function pg_catalog.pg_walfile_name(lsn pg_lsn) returns text language plpgsql as"
					+ " $$ begin raise exception 'provoked' using errcode = '" + state + "'; end $$");
		GuardedDataSource pool = pool(true);
		TransactionTemplate template = new TransactionTemplate(this.guarded.manager(GuardedPool.Kind.JDBC, pool, true));
		List<Integer> processes = new ArrayList<>();
		for (int i = 0; i < 3; i++) {
			template.executeWithoutResult((status) -> {
				insert(pool, "mine");
				processes.add(new JdbcTemplate(pool).queryForObject("select pg_backend_pid()", Integer.class));
			});
		}
		assertThat(notes("mine")).isEqualTo(3);
		assertThat(processes).containsOnly(processes.get(0));
		assertThat(output.getOut().split("cannot be found out", -1)).hasSize(2);
	}

	private GuardedDataSource pool(boolean always) {
		GuardedDataSource pool = ResolvingPools.of(this.proxy.jdbcUrl(this.guarded.database().name()),
				this.guarded.database().username(), this.guarded.database().password(), 3, always,
				Duration.ofSeconds(10));
		this.pools.add(pool);
		return pool;
	}

	private GuardedTransactionTemplate template(GuardedDataSource pool) {
		return new GuardedTransactionTemplate(this.guarded.manager(GuardedPool.Kind.JDBC, pool, true),
				new DefaultTransactionDefinition(), this.guarded.guard());
	}

	private static void insert(GuardedDataSource pool, String body) {
		new JdbcTemplate(pool).update("insert into notes values (?)", body);
	}

	/**
	 * As who does not want a failure to disturb anything else.
	 */
	private void commitRaw(GuardedDataSource pool, String sql) {
		try (Connection connection = pool.getConnection(); Statement statement = connection.createStatement()) {
			connection.setAutoCommit(false);
			statement.execute(sql);
			connection.commit();
		}
		catch (SQLException ex) {
			this.failures.add(ex.getSQLState());
		}
	}

	private static void commitTwice(GuardedDataSource pool) {
		try {
			Connection connection = pool.getConnection();
			connection.setAutoCommit(false);
			connection.createStatement().execute("insert into notes values ('" + RAW + "')");
			connection.commit();
			connection.close();
			connection.commit();
		}
		catch (SQLException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private long notes(String body) {
		return this.guarded.database().query("select count(*) from notes where body = '" + body + "'", Long.class);
	}

	private enum Phase {

		BEFORE_COMMIT, AFTER_COMMIT

	}

	private final class RawCommit implements TransactionSynchronization {

		private final Phase phase;

		private final GuardedDataSource pool;

		private RawCommit(Phase phase, GuardedDataSource pool) {
			this.phase = phase;
			this.pool = pool;
		}

		@Override
		public void beforeCommit(boolean readOnly) {
			if (this.phase == Phase.BEFORE_COMMIT) {
				commitRaw(this.pool, "insert into notes values ('raw')");
			}
		}

		@Override
		public void afterCommit() {
			if (this.phase == Phase.AFTER_COMMIT) {
				commitRaw(this.pool, "insert into notes values ('raw')");
			}
		}

		@Override
		public void afterCompletion(int status) {
			OtherConnectionCommitTests.this.completions.add(status);
		}

	}

}
