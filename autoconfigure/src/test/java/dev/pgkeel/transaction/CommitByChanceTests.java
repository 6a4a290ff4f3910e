package dev.pgkeel.transaction;

import java.sql.SQLException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;

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
 * Tests for transactions before whose commit another one fails to serialize. With a
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
	void predicateDoesNotLetItRunAgain() throws NoSuchMethodException {
		DefaultListableBeanFactory beans = new DefaultListableBeanFactory();
		beans.registerSingleton("guard", this.pool.guard());
		Predicate<Throwable> predicate = new RetryableTransactions(beans.getBeanProvider(TransactionGuard.class))
			.forMethod(Object.class.getMethod("toString"));
		Throwable failure = catchThrowable(
				() -> new TransactionTemplate(this.manager).executeWithoutResult((status) -> insertAndAudit()));
		assertThat(SqlStates.retryable(failure)).isTrue();
		assertThat(predicate).rejects(failure);
		assertThat(notes()).isOne();
	}

	@Test
	void predicateLetsNothingRunAgainWhereNobodyCountsCommits() throws NoSuchMethodException {
		Predicate<Throwable> predicate = new RetryableTransactions(
				new DefaultListableBeanFactory().getBeanProvider(TransactionGuard.class))
			.forMethod(Object.class.getMethod("toString"));
		assertThat(predicate).rejects(new CannotAcquireLockException("", new SQLException("", "40001")));
	}

	private void insertAndAudit() {
		this.jdbc.update("insert into notes values ('a')");
		TransactionTemplate inner = new TransactionTemplate(this.manager,
				new DefaultTransactionDefinition(TransactionDefinition.PROPAGATION_REQUIRES_NEW));
		TransactionSynchronizationManager.registerSynchronization(new TransactionSynchronization() {

			@Override
			public void beforeCommit(boolean readOnly) {
				inner.executeWithoutResult(
						(status) -> CommitByChanceTests.this.jdbc.update("insert into audit values ('a')"));
			}

		});
	}

	private Long notes() {
		return this.pool.database().query("select count(*) from notes", Long.class);
	}

}
