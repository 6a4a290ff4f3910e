package dev.pgkeel.transaction;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntConsumer;

import com.zaxxer.hikari.HikariDataSource;
import dev.pgkeel.PgkeelMode;
import dev.pgkeel.testsupport.TestDatabase;
import dev.pgkeel.testsupport.TestServer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.support.DefaultTransactionDefinition;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;
import org.springframework.transaction.support.TransactionTemplate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * Tests for retries and the commit's outcome in {@link GuardedTransactionTemplate}.
 */
@Tag("compatibility")
@Tag("hikaricp")
class TransactionRetryTests {

	private final TestDatabase database = TestServer.shared().newDatabase();

	private final HikariDataSource pool = pool();

	private final JdbcTemplate jdbc = new JdbcTemplate(this.pool);

	private final GuardedTransactionTemplate template = new GuardedTransactionTemplate(
			new JdbcTransactionManager(this.pool));

	private final AtomicInteger attempts = new AtomicInteger();

	private final CountDownLatch allHaveRead = new CountDownLatch(8);

	private HikariDataSource pool() {
		HikariDataSource dataSource = new HikariDataSource();
		dataSource.setJdbcUrl(this.database.jdbcUrl());
		dataSource.setUsername(this.database.username());
		dataSource.setPassword(this.database.password());
		dataSource.setMaximumPoolSize(8);
		return dataSource;
	}

	@AfterEach
	void close() {
		this.pool.close();
	}

	/**
	 * Each reads what the others write, and writes no sooner than all have read.
	 */
	@Test
	void writeSkewIsRetriedUntilAllHaveCommittedOnce() throws Exception {
		this.jdbc.execute("create table entries (worker int)");
		GuardedTransactionTemplate serializable = this.template.withRetry(50);
		serializable.setIsolationLevel(TransactionDefinition.ISOLATION_SERIALIZABLE);
		AtomicInteger sideEffects = new AtomicInteger();
		int failed = inEightThreads((worker) -> skew(serializable, worker, sideEffects));
		assertThat(failed).isZero();
		assertThat(this.attempts).hasValueGreaterThan(8);
		assertThat(sideEffects).hasValue(8);
		assertThat(this.database.query("select count(distinct worker) * 100 + count(*) from entries", Long.class))
			.isEqualTo(808);
	}

	@Test
	void writeSkewMakesSpringsTemplateFail() throws Exception {
		this.jdbc.execute("create table entries (worker int)");
		TransactionTemplate serializable = new TransactionTemplate(new JdbcTransactionManager(this.pool));
		serializable.setIsolationLevel(TransactionDefinition.ISOLATION_SERIALIZABLE);
		AtomicInteger sideEffects = new AtomicInteger();
		int failed = inEightThreads((worker) -> skew(serializable, worker, sideEffects));
		assertThat(failed).isPositive();
		assertThat(this.attempts).hasValue(8);
		assertThat(sideEffects).hasValue(8 - failed);
	}

	private void skew(TransactionTemplate serializable, int worker, AtomicInteger sideEffects) {
		serializable.executeWithoutResult((status) -> {
			this.attempts.incrementAndGet();
			this.jdbc.queryForObject("select count(*) from entries", Long.class);
			this.allHaveRead.countDown();
			await(this.allHaveRead);
			this.jdbc.update("insert into entries values (?)", worker);
			GuardedTransactionTemplate.afterCommit(sideEffects::incrementAndGet);
		});
	}

	/**
	 * Each locks the same rows in an order of its own, and no sooner a second one than
	 * all have their first.
	 */
	@Test
	void stormOfDeadlocksEndsWithAllWorkDoneOnce() throws Exception {
		this.jdbc.execute("""
				create table counters (id int primary key, value int not null);
				insert into counters select id, 0 from generate_series(0, 7) as id""");
		this.jdbc.execute("alter database " + this.database.name() + " set deadlock_timeout = '10ms'");
		this.pool.getHikariPoolMXBean().softEvictConnections();
		GuardedTransactionTemplate retrying = this.template.withRetry(100);
		AtomicInteger sideEffects = new AtomicInteger();
		CountDownLatch firstRows = new CountDownLatch(8);
		int failed = inEightThreads((worker) -> retrying.executeWithoutResult((status) -> {
			this.attempts.incrementAndGet();
			for (int step = 0; step < 3; step++) {
				int row = Math.floorMod((worker % 2 == 0) ? worker + step : worker - step, 8);
				this.jdbc.update("update counters set value = value + 1 where id = ?", row);
				firstRows.countDown();
				await(firstRows);
			}
			GuardedTransactionTemplate.afterCommit(sideEffects::incrementAndGet);
		}));
		assertThat(failed).isZero();
		assertThat(this.attempts).hasValueGreaterThan(8);
		assertThat(sideEffects).hasValue(8);
		assertThat(this.database.query("select sum(value) from counters", Long.class)).isEqualTo(24);
	}

	private static void await(CountDownLatch latch) {
		try {
			assertThat(latch.await(30, TimeUnit.SECONDS)).isTrue();
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private static int inEightThreads(IntConsumer work) throws InterruptedException {
		ExecutorService workers = Executors.newFixedThreadPool(8);
		try {
			List<Future<?>> done = new ArrayList<>();
			for (int i = 0; i < 8; i++) {
				int worker = i;
				done.add(workers.submit(() -> work.accept(worker)));
			}
			int failed = 0;
			for (Future<?> each : done) {
				try {
					each.get();
				}
				catch (ExecutionException ex) {
					failed++;
				}
			}
			return failed;
		}
		finally {
			workers.shutdownNow();
		}
	}

	@Test
	void retriesAreCounted() {
		try (TransactionGuard guard = new TransactionGuard(
				new TransactionGuardSettings(PgkeelMode.ENFORCE, true, Duration.ZERO, null),
				(dataSource, holder) -> null)) {
			GuardedTransactionTemplate counted = new GuardedTransactionTemplate(new JdbcTransactionManager(this.pool),
					new DefaultTransactionDefinition(), guard);
			assertThatThrownBy(() -> counted.withRetry(3).executeWithoutResult((status) -> fail("40001")))
				.isInstanceOf(DataAccessResourceFailureException.class);
			assertThat(guard.retries()).isEqualTo(2);
		}
	}

	@Test
	void failureOfJpaIsRetriedToo() {
		try (GuardedPool jpa = new GuardedPool()) {
			jpa.database().execute("create table notes (body text)");
			JdbcTemplate jdbc = new JdbcTemplate(jpa.pool());
			GuardedTransactionTemplate serializable = jpa.template(GuardedPool.Kind.JPA).withRetry(5);
			serializable.setIsolationLevel(TransactionDefinition.ISOLATION_SERIALIZABLE);
			serializable.executeWithoutResult((status) -> {
				jdbc.queryForObject("select count(*) from notes", Long.class);
				if (this.attempts.incrementAndGet() == 1) {
					skewBeside(jpa.database());
				}
				jdbc.update("insert into notes values ('a')");
			});
			assertThat(this.attempts).hasValue(2);
			assertThat(jpa.guard().retries()).isOne();
			assertThat(jpa.outcomes()).containsExactly(TransactionOutcome.ROLLED_BACK, TransactionOutcome.COMMITTED);
		}
	}

	private static void skewBeside(TestDatabase database) {
		try (Connection connection = database.connect(); Statement statement = connection.createStatement()) {
			connection.setAutoCommit(false);
			connection.setTransactionIsolation(Connection.TRANSACTION_SERIALIZABLE);
			statement.execute("select count(*) from notes");
			statement.execute("insert into notes values ('beside')");
			connection.commit();
		}
		catch (SQLException ex) {
			throw new IllegalStateException(ex);
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "40003", "08006", "23505", "57014" })
	void otherFailuresAreNotRetried(String state) {
		assertThatThrownBy(() -> this.template.withRetry(3).executeWithoutResult((status) -> fail(state)))
			.isInstanceOf(DataAccessResourceFailureException.class);
		assertThat(this.attempts).hasValue(1);
	}

	@Test
	void nothingIsRetriedByDefault() {
		assertThatThrownBy(() -> this.template.executeWithoutResult((status) -> fail("40001")))
			.isInstanceOf(DataAccessResourceFailureException.class);
		assertThat(this.attempts).hasValue(1);
	}

	@ParameterizedTest
	@ValueSource(strings = { "40001", "40P01" })
	void lastFailureCarriesTheEarlierOnes(String state) {
		assertThatThrownBy(() -> this.template.withRetry(3).executeWithoutResult((status) -> fail(state)))
			.hasMessage("attempt 3")
			.satisfies((ex) -> assertThat(ex.getSuppressed()).extracting(Throwable::getMessage)
				.containsExactly("attempt 1", "attempt 2"));
	}

	@Test
	void onlyTheOutermostIsRetried() {
		GuardedTransactionTemplate retrying = this.template.withRetry(2);
		assertThatThrownBy(
				() -> retrying.executeWithoutResult((outer) -> retrying.executeWithoutResult((inner) -> fail("40001"))))
			.isInstanceOf(DataAccessResourceFailureException.class);
		assertThat(this.attempts).hasValue(2);
	}

	@Test
	void failureAfterTheCommitIsNotRetried() {
		assertThatThrownBy(() -> this.template.withRetry(3).executeWithoutResult((status) -> {
			TransactionSynchronizationManager.registerSynchronization(new TransactionSynchronization() {

				@Override
				public void afterCommit() {
					fail("40001");
				}

			});
		})).isInstanceOf(DataAccessResourceFailureException.class);
		assertThat(this.attempts).hasValue(1);
	}

	@Test
	void withoutATransactionNothingIsRetried() {
		GuardedTransactionTemplate supports = this.template.withRetry(3);
		supports.setPropagationBehavior(TransactionDefinition.PROPAGATION_SUPPORTS);
		assertThatThrownBy(() -> supports.executeWithoutResult((status) -> fail("40001")))
			.isInstanceOf(DataAccessResourceFailureException.class);
		assertThat(this.attempts).hasValue(1);
	}

	@Test
	void connectionLostInCommitLeavesTheOutcomeOpen() {
		this.jdbc.execute("""
				create table notes (body text);
				create function die() returns trigger language plpgsql as
				$$ begin perform pg_terminate_backend(pg_backend_pid()); perform pg_sleep(60); return null; end $$;
				create constraint trigger die after insert on notes deferrable initially deferred
				for each row execute function die()""");
		assertThatExceptionOfType(CommitOutcomeUnknownException.class)
			.isThrownBy(() -> this.template.withRetry(3).executeWithoutResult((status) -> {
				this.attempts.incrementAndGet();
				this.jdbc.update("insert into notes values ('a')");
			}));
		assertThat(this.attempts).hasValue(1);
	}

	private void fail(String state) {
		String message = "attempt " + this.attempts.incrementAndGet();
		throw new DataAccessResourceFailureException(message, new SQLException("provoked", state));
	}

}
