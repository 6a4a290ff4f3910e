package dev.pgkeel.transaction;

import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;

import dev.pgkeel.lease.GuardedDataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.support.DefaultListableBeanFactory;
import org.springframework.dao.CannotAcquireLockException;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.TransactionSystemException;
import org.springframework.transaction.support.DefaultTransactionDefinition;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;
import org.springframework.transaction.support.TransactionTemplate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowable;

/**
 * Tests for transactions before whose commit another one fails. With a
 * {@code DataSourceTransactionManager} Spring does not roll back then, and they commit.
 */
class CommitByChanceTests {

	private final GuardedPool pool = new GuardedPool();

	private final JdbcTemplate jdbc = new JdbcTemplate(this.pool.pool());

	private final DataSourceTransactionManager manager = new DataSourceTransactionManager(this.pool.pool());

	@BeforeEach
	void createTables() {
		this.manager.addListener(this.pool.guard());
		this.jdbc.execute("""
				create table notes (body text not null);
				create sequence runs;
				create table audit (body text);
				create function fail() returns trigger language plpgsql as
				$$ begin
				  if nextval('runs') = 1 then raise exception 'provoked' using errcode = '40001'; end if;
				  return null;
				end $$;
				create constraint trigger fail after insert on audit deferrable initially deferred
				for each row execute function fail()""");
	}

	@AfterEach
	void close() {
		this.pool.close();
	}

	@Test
	void templateDoesNotRunItAgain() {
		AtomicInteger attempts = new AtomicInteger();
		GuardedTransactionTemplate template = new GuardedTransactionTemplate(this.manager,
				new DefaultTransactionDefinition(), this.pool.guard())
			.withRetry(3);
		assertThatExceptionOfType(TransactionSystemException.class)
			.isThrownBy(() -> template.executeWithoutResult((status) -> {
				attempts.incrementAndGet();
				insertAndAudit();
			}))
			.withStackTraceContaining("provoked");
		assertThat(attempts).hasValue(1);
		assertThat(notes()).isOne();
	}

	@Test
	void rollbackOfTheOtherOneIsNotItsOwn() {
		this.pool.database().execute("""
				create table journal (body text);
				create function die() returns trigger language plpgsql as
				$$ begin perform pg_terminate_backend(pg_backend_pid()); perform pg_sleep(60); return null; end $$;
				create constraint trigger die after insert on journal deferrable initially deferred
				for each row execute function die()""");
		try (GuardedDataSource resolving = ResolvingPools.of(this.pool.database().jdbcUrl(),
				this.pool.database().username(), this.pool.database().password(), 2, true, Duration.ofSeconds(10))) {
			DataSourceTransactionManager resolved = new DataSourceTransactionManager(resolving);
			assertThatExceptionOfType(TransactionSystemException.class)
				.isThrownBy(() -> new GuardedTransactionTemplate(resolved)
					.executeWithoutResult((status) -> insertAndAdd(new JdbcTemplate(resolving), resolved,
							"insert into journal values ('a')")))
				.isNotInstanceOf(CommitRolledBackException.class)
				.withStackTraceContaining("was rolled back");
		}
		assertThat(notes()).isOne();
	}

	@Test
	void predicateDoesNotLetItRunAgain() throws NoSuchMethodException {
		DefaultListableBeanFactory beans = new DefaultListableBeanFactory();
		beans.registerSingleton("guard", this.pool.guard());
		Predicate<Throwable> predicate = new RetryableTransactions(beans).forMethod(Object.class.getMethod("toString"));
		Throwable failure = catchThrowable(
				() -> new TransactionTemplate(this.manager).executeWithoutResult((status) -> insertAndAudit()));
		assertThat(SqlStates.retryable(failure)).isTrue();
		assertThat(predicate).rejects(failure);
		assertThat(notes()).isOne();
	}

	@Test
	void predicateLetsNothingRunAgainWhereNobodyCountsCommits() throws NoSuchMethodException {
		Predicate<Throwable> predicate = new RetryableTransactions(new DefaultListableBeanFactory())
			.forMethod(Object.class.getMethod("toString"));
		assertThat(predicate).rejects(new CannotAcquireLockException("", new SQLException("", "40001")));
	}

	private void insertAndAudit() {
		insertAndAdd(this.jdbc, this.manager, "insert into audit values ('a')");
	}

	private static void insertAndAdd(JdbcTemplate jdbc, DataSourceTransactionManager manager, String sql) {
		jdbc.update("insert into notes values ('a')");
		TransactionTemplate inner = new TransactionTemplate(manager,
				new DefaultTransactionDefinition(TransactionDefinition.PROPAGATION_REQUIRES_NEW));
		TransactionSynchronizationManager.registerSynchronization(new TransactionSynchronization() {

			@Override
			public void beforeCommit(boolean readOnly) {
				inner.executeWithoutResult((status) -> jdbc.update(sql));
			}

		});
	}

	private Long notes() {
		return this.pool.database().query("select count(*) from notes", Long.class);
	}

}
