package dev.pgkeel.transaction;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;

import com.zaxxer.hikari.HikariDataSource;
import dev.pgkeel.testsupport.TestDatabase;
import dev.pgkeel.testsupport.TestServer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * Tests for retries and the commit's outcome in {@link GuardedTransactionTemplate}.
 */
class TransactionRetryTests {

	private final TestDatabase database = TestServer.shared().newDatabase();

	private final HikariDataSource pool = pool();

	private final JdbcTemplate jdbc = new JdbcTemplate(this.pool);

	private final GuardedTransactionTemplate template = new GuardedTransactionTemplate(
			new JdbcTransactionManager(this.pool));

	private final AtomicInteger attempts = new AtomicInteger();

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

	@Test
	void writeSkewIsRetriedUntilAllHaveCommittedOnce() throws Exception {
		this.jdbc.execute("create table entries (worker int)");
		GuardedTransactionTemplate serializable = this.template.withRetry(50);
		serializable.setIsolationLevel(TransactionDefinition.ISOLATION_SERIALIZABLE);
		AtomicInteger sideEffects = new AtomicInteger();
		ExecutorService workers = Executors.newFixedThreadPool(8);
		try {
			List<Future<?>> done = new ArrayList<>();
			for (int i = 0; i < 8; i++) {
				int worker = i;
				done.add(workers.submit(() -> serializable.executeWithoutResult((status) -> {
					this.attempts.incrementAndGet();
					this.jdbc.queryForObject("select count(*) from entries", Long.class);
					this.jdbc.execute("select pg_sleep(0.05)");
					this.jdbc.update("insert into entries values (?)", worker);
					GuardedTransactionTemplate.afterCommit(sideEffects::incrementAndGet);
				})));
			}
			for (Future<?> each : done) {
				each.get();
			}
		}
		finally {
			workers.shutdownNow();
		}
		assertThat(this.attempts).hasValueGreaterThan(8);
		assertThat(sideEffects).hasValue(8);
		assertThat(this.database.query("select count(distinct worker) * 100 + count(*) from entries", Long.class))
			.isEqualTo(808);
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
