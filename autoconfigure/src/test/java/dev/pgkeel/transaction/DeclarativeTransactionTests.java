package dev.pgkeel.transaction;

import java.sql.SQLException;
import java.util.concurrent.atomic.AtomicInteger;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.dao.CannotAcquireLockException;
import org.springframework.dao.QueryTimeoutException;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.resilience.annotation.EnableResilientMethods;
import org.springframework.resilience.annotation.Retryable;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.annotation.EnableTransactionManagement;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.support.DefaultTransactionDefinition;
import org.springframework.transaction.support.TransactionTemplate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * Tests for {@code @Transactional} methods of managers that the guard listens to, and for
 * {@link RetryableTransactions}.
 */
@Tag("compatibility")
class DeclarativeTransactionTests {

	private final AnnotationConfigApplicationContext context = new AnnotationConfigApplicationContext(
			Application.class);

	private final Orders orders = this.context.getBean(Orders.class);

	private final GuardedPool pool = this.context.getBean(GuardedPool.class);

	@BeforeEach
	void createTable() {
		this.pool.database().execute("create table notes (body text not null)");
	}

	@AfterEach
	void close() {
		this.context.close();
	}

	@ParameterizedTest
	@ValueSource(strings = { "40001", "40P01" })
	void methodIsRunAgainInAFreshTransaction(String state) {
		this.orders.failOnce(state);
		assertThat(this.orders.attempts()).isEqualTo(2);
		assertThat(this.pool.outcomes()).containsExactly(TransactionOutcome.ROLLED_BACK, TransactionOutcome.COMMITTED);
		assertThat(notes()).isOne();
		assertThat(this.orders.sideEffects()).isEqualTo(1);
	}

	@ParameterizedTest
	@ValueSource(strings = { "40003", "08006", "23505", "57014" })
	void otherFailuresAreNotRetried(String state) {
		assertThatExceptionOfType(CannotAcquireLockException.class).isThrownBy(() -> this.orders.failOnce(state));
		assertThat(this.orders.attempts()).isEqualTo(1);
		assertThat(notes()).isZero();
	}

	@Test
	void methodInsideATransactionIsNotRetried() {
		TransactionTemplate outer = new TransactionTemplate(this.context.getBean(PlatformTransactionManager.class));
		assertThatThrownBy(() -> outer.executeWithoutResult((status) -> this.orders.failOnce("40001")))
			.isInstanceOf(CannotAcquireLockException.class);
		assertThat(this.orders.attempts()).isEqualTo(1);
		assertThat(notes()).isZero();
	}

	@Test
	void failureAfterTheCommitIsNotRetried() {
		assertThatExceptionOfType(CannotAcquireLockException.class).isThrownBy(() -> this.orders.failAfterTheCommit());
		assertThat(this.orders.attempts()).isEqualTo(1);
		assertThat(notes()).isOne();
	}

	@Test
	void methodAfterACommitOfATransactionInsideItIsNotRetried() {
		assertThatExceptionOfType(CannotAcquireLockException.class).isThrownBy(() -> this.orders.failAfterAnAudit());
		assertThat(this.orders.attempts()).isEqualTo(1);
		assertThat(notes()).isOne();
		assertThat(this.pool.outcomes()).containsExactly(TransactionOutcome.COMMITTED, TransactionOutcome.ROLLED_BACK);
	}

	@Test
	void methodAfterACommitBesideASuspendedTransactionIsNotRetried() {
		TransactionTemplate outer = new TransactionTemplate(this.context.getBean(PlatformTransactionManager.class));
		outer.executeWithoutResult((status) -> {
			TransactionTemplate suspending = new TransactionTemplate(
					this.context.getBean(PlatformTransactionManager.class));
			suspending.setPropagationBehavior(TransactionDefinition.PROPAGATION_NOT_SUPPORTED);
			suspending.executeWithoutResult((none) -> assertThatExceptionOfType(CannotAcquireLockException.class)
				.isThrownBy(() -> this.orders.failAfterTheCommit()));
		});
		assertThat(this.orders.attempts()).isEqualTo(1);
		assertThat(notes()).isOne();
	}

	@Test
	void limitOfTheAnnotationHoldsInAStatement() {
		assertThatExceptionOfType(QueryTimeoutException.class).isThrownBy(() -> this.orders.sleep())
			.withStackTraceContaining("canceling statement");
		assertThat(this.pool.outcomes()).containsExactly(TransactionOutcome.TIMED_OUT);
	}

	@Test
	void nameOfTheMethodIsTheTransactions() {
		assertThat(this.orders.name()).endsWith("DeclarativeTransactionTests$Orders.name");
	}

	private Long notes() {
		return this.pool.database().query("select count(*) from notes", Long.class);
	}

	static class Orders {

		private final GuardedPool pool;

		private final JdbcTemplate jdbc;

		private final AtomicInteger attempts = new AtomicInteger();

		private final AtomicInteger sideEffects = new AtomicInteger();

		Orders(GuardedPool pool) {
			this.pool = pool;
			this.jdbc = new JdbcTemplate(pool.pool());
		}

		@Retryable(predicate = RetryableTransactions.class, maxRetries = 4, delay = 20, jitter = 20, multiplier = 2,
				maxDelay = 1000)
		@Transactional
		void failOnce(String state) {
			this.jdbc.update("insert into notes values ('a')");
			GuardedTransactionTemplate.afterCommit(this.sideEffects::incrementAndGet);
			if (this.attempts.incrementAndGet() == 1) {
				throw new CannotAcquireLockException("first", new SQLException("provoked", state));
			}
		}

		int attempts() {
			return this.attempts.get();
		}

		int sideEffects() {
			return this.sideEffects.get();
		}

		@Retryable(predicate = RetryableTransactions.class, maxRetries = 4)
		@Transactional
		void failAfterTheCommit() {
			this.attempts.incrementAndGet();
			this.jdbc.update("insert into notes values ('a')");
			GuardedTransactionTemplate.afterCommit(() -> {
				throw new CannotAcquireLockException("after", new SQLException("provoked", "40001"));
			});
		}

		@Retryable(predicate = RetryableTransactions.class, maxRetries = 4)
		@Transactional
		void failAfterAnAudit() {
			this.attempts.incrementAndGet();
			new GuardedTransactionTemplate(this.pool.manager(GuardedPool.Kind.JDBC, true),
					new DefaultTransactionDefinition(TransactionDefinition.PROPAGATION_REQUIRES_NEW), this.pool.guard())
				.executeWithoutResult((status) -> this.jdbc.update("insert into notes values ('audit')"));
			throw new CannotAcquireLockException("after an audit", new SQLException("provoked", "40001"));
		}

		@Transactional(timeout = 1)
		void sleep() {
			this.jdbc.execute("select pg_sleep(60)");
		}

		@Transactional
		String name() {
			return String.valueOf(this.pool.guard().running().get(0).name());
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableTransactionManagement(proxyTargetClass = true)
	@EnableResilientMethods(proxyTargetClass = true)
	static class Application {

		@Bean
		GuardedPool pool() {
			return GuardedPool.withoutLimitsOfTheServer();
		}

		@Bean
		TransactionGuard guard(GuardedPool pool) {
			return pool.guard();
		}

		@Bean
		PlatformTransactionManager transactionManager(GuardedPool pool) {
			return pool.manager(GuardedPool.Kind.JDBC, true);
		}

		@Bean
		Orders orders(GuardedPool pool) {
			return new Orders(pool);
		}

	}

}
