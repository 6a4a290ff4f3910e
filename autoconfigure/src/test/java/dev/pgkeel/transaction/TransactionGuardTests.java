package dev.pgkeel.transaction;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import dev.pgkeel.PgkeelMode;
import dev.pgkeel.transaction.GuardedPool.Kind;
import jakarta.persistence.EntityManager;
import jakarta.persistence.EntityManagerFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.aop.framework.ProxyFactory;
import org.springframework.beans.BeanUtils;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.dao.QueryTimeoutException;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.jdbc.datasource.DataSourceUtils;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.orm.jpa.EntityManagerFactoryUtils;
import org.springframework.orm.jpa.JpaTransactionManager;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.TransactionException;
import org.springframework.transaction.TransactionExecution;
import org.springframework.transaction.TransactionExecutionListener;
import org.springframework.transaction.TransactionStatus;
import org.springframework.transaction.TransactionSystemException;
import org.springframework.transaction.TransactionTimedOutException;
import org.springframework.transaction.UnexpectedRollbackException;
import org.springframework.transaction.support.AbstractPlatformTransactionManager;
import org.springframework.transaction.support.DefaultTransactionDefinition;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;
import org.springframework.transaction.support.TransactionTemplate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

/**
 * Tests for {@link TransactionGuard}.
 */
@ExtendWith(OutputCaptureExtension.class)
class TransactionGuardTests {

	private static final Duration SECOND = Duration.ofSeconds(1);

	private GuardedPool pool = new GuardedPool();

	private JdbcTemplate jdbc = new JdbcTemplate(this.pool.pool());

	@BeforeEach
	void createTable() {
		this.jdbc.execute("create table notes (body text not null)");
	}

	/**
	 * For a COMMIT after the limit, at which the server would end the session.
	 */
	private void useAlone() {
		this.pool.close();
		this.pool = GuardedPool.withoutLimitsOfTheServer();
		this.jdbc = new JdbcTemplate(this.pool.pool());
		createTable();
	}

	@AfterEach
	void everythingIsBack() {
		assertThat(this.pool.guard().running()).isEmpty();
		assertThat(this.pool.pool().getHikariPoolMXBean().getActiveConnections()).isZero();
		this.pool.close();
	}

	@ParameterizedTest
	@EnumSource(Kind.class)
	void statementIsCancelledAndTheExceptionTellsWhatTheTimeWentInto(Kind kind) {
		assertThatExceptionOfType(TransactionTimedOutException.class)
			.isThrownBy(() -> limited(kind).executeWithoutResult((status) -> raw("select pg_sleep(60)")))
			.satisfies((ex) -> {
				Matcher message = message("A transaction without a name", ex);
				assertThat(Double.parseDouble(message.group("statements")))
					.isGreaterThan(Double.parseDouble(message.group("idle")));
			});
		assertThat(this.pool.outcomes()).containsExactly(TransactionOutcome.TIMED_OUT);
	}

	@ParameterizedTest
	@EnumSource(Kind.class)
	void idleTransactionDoesNotCommitAndTheExceptionTellsThatItWasIdle(Kind kind) {
		GuardedTransactionTemplate limited = limited(kind);
		limited.setName("Orders.place");
		assertThatExceptionOfType(TransactionTimedOutException.class)
			.isThrownBy(() -> limited.executeWithoutResult((status) -> {
				insert("a");
				idleUntilExpired(status);
			}))
			.satisfies((ex) -> {
				Matcher message = message("Transaction 'Orders.place'", ex);
				assertThat(Double.parseDouble(message.group("idle")))
					.isGreaterThan(Double.parseDouble(message.group("statements")));
			});
		assertThat(notes()).isZero();
		assertThat(this.pool.outcomes()).containsExactly(TransactionOutcome.TIMED_OUT);
	}

	private static Matcher message(String title, Throwable ex) {
		Matcher message = Pattern
			.compile(title + " took \\d+\\.\\d s, its limit is 1\\.0 s: about (?<statements>\\d+\\.\\d) s in statements"
					+ " and (?<idle>\\d+\\.\\d) s idle between them")
			.matcher(String.valueOf(ex.getMessage()));
		assertThat(message.matches()).as(ex.getMessage()).isTrue();
		return message;
	}

	@ParameterizedTest
	@EnumSource(Kind.class)
	void commitWithDeferredConstraintsIsCancelled(Kind kind) {
		useAlone();
		this.jdbc.execute("""
				create function slow() returns trigger language plpgsql as
				$$ begin perform pg_sleep(60); return null; end $$;
				create constraint trigger slow after insert on notes deferrable initially deferred
				for each row execute function slow()""");
		assertThatExceptionOfType(TransactionTimedOutException.class)
			.isThrownBy(() -> limited(kind).executeWithoutResult((status) -> insert("a")))
			.withMessageContaining("its limit is 1.0 s");
		assertThat(notes()).isZero();
		assertThat(this.pool.outcomes()).containsExactly(TransactionOutcome.TIMED_OUT);
	}

	@Test
	void springsTemplateSaysWhatTheLimitWasWhenItCommitsTooLate() {
		TransactionTemplate springs = new TransactionTemplate(this.pool.manager(Kind.JDBC, true));
		springs.setTimeout(1);
		assertThatExceptionOfType(QueryTimeoutException.class)
			.isThrownBy(() -> springs.executeWithoutResult((status) -> {
				insert("a");
				idleUntilExpired(status);
			}))
			.withMessageContaining("its limit is 1.0 s: about");
		assertThat(notes()).isZero();
	}

	@ParameterizedTest
	@EnumSource(Kind.class)
	void newTransactionInsideALimitedOneEndsNoLater(Kind kind) {
		GuardedTransactionTemplate inner = requiresNew(kind);
		assertThatExceptionOfType(TransactionTimedOutException.class)
			.isThrownBy(() -> limited(kind)
				.executeWithoutResult((outer) -> inner.executeWithoutResult((status) -> raw("select pg_sleep(60)"))))
			.withStackTraceContaining("which was left of the transaction around it");
		assertThat(this.pool.outcomes()).containsExactly(TransactionOutcome.TIMED_OUT, TransactionOutcome.TIMED_OUT);
	}

	@Test
	void longerLimitOfANewTransactionDoesNotLengthenTheOuterOne() {
		GuardedTransactionTemplate inner = requiresNew(Kind.JDBC).withTimeout(Duration.ofSeconds(50));
		Duration limit = Duration.ofSeconds(20);
		this.pool.template(Kind.JDBC)
			.withTimeout(limit)
			.executeWithoutResult((outer) -> inner
				.executeWithoutResult((status) -> assertThat(deadline(status).remaining()).isLessThanOrEqualTo(limit)));
		assertThat(this.pool.outcomes()).containsExactly(TransactionOutcome.COMMITTED, TransactionOutcome.COMMITTED);
	}

	@Test
	void shorterLimitOfANewTransactionIsItsOwn() {
		GuardedTransactionTemplate inner = requiresNew(Kind.JDBC).withTimeout(SECOND);
		GuardedTransactionTemplate outer = this.pool.template(Kind.JDBC).withTimeout(Duration.ofSeconds(50));
		outer.executeWithoutResult((status) -> {
			assertThatExceptionOfType(TransactionTimedOutException.class)
				.isThrownBy(() -> inner.executeWithoutResult((second) -> raw("select pg_sleep(60)")));
			insert("a");
		});
		assertThat(notes()).isOne();
	}

	@Test
	void nothingBeginsInsideAnExpiredTransaction() {
		GuardedTransactionTemplate inner = requiresNew(Kind.JDBC);
		assertThatExceptionOfType(TransactionTimedOutException.class)
			.isThrownBy(() -> limited(Kind.JDBC).executeWithoutResult((outer) -> {
				idleUntilExpired(outer);
				inner.executeWithoutResult((status) -> insert("a"));
			}));
		assertThat(notes()).isZero();
	}

	@ParameterizedTest
	@EnumSource(Kind.class)
	void newTransactionBeforeTheCommitOfAnExpiredOneLetsItRollBack(Kind kind) {
		GuardedTransactionTemplate inner = requiresNew(kind);
		expiresBeforeItsCommit(limited(kind), () -> inner.executeWithoutResult((status) -> insert("b")));
		assertThat(this.pool.outcomes()).containsExactly(TransactionOutcome.TIMED_OUT);
	}

	@ParameterizedTest
	@EnumSource(Kind.class)
	void statementBeforeTheCommitOfAnExpiredTransactionLetsItRollBack(Kind kind) {
		expiresBeforeItsCommit(limited(kind), () -> insert("b"));
		assertThat(this.pool.outcomes()).containsExactly(TransactionOutcome.TIMED_OUT);
	}

	@ParameterizedTest
	@EnumSource(Kind.class)
	void unexpectedRollbackBeforeTheCommitOfAnExpiredTransactionLetsItRollBack(Kind kind) {
		expiresBeforeItsCommit(limited(kind), () -> {
			throw new UnexpectedRollbackException("of another transaction");
		});
		assertThat(this.pool.outcomes()).containsExactly(TransactionOutcome.TIMED_OUT);
	}

	@Test
	void springsTemplateRollsBackWhatExpiredBeforeItsCommit() {
		TransactionTemplate springs = new TransactionTemplate(this.pool.manager(Kind.JDBC, true));
		springs.setTimeout(1);
		expiresBeforeItsCommit(springs, () -> insert("b"));
		assertThat(this.pool.outcomes()).containsExactly(TransactionOutcome.TIMED_OUT);
	}

	private void expiresBeforeItsCommit(TransactionTemplate template, Runnable beforeCommit) {
		assertThatExceptionOfType((template instanceof GuardedTransactionTemplate) ? TransactionTimedOutException.class
				: TransactionException.class)
			.isThrownBy(() -> template.executeWithoutResult((status) -> {
				insert("a");
				Deadline deadline = deadline(status);
				beforeCommit(() -> {
					await().atMost(Duration.ofSeconds(30)).until(deadline::isExpired);
					beforeCommit.run();
				});
			}));
		assertThat(notes()).isZero();
		assertThat(this.pool.pool().getHikariPoolMXBean().getActiveConnections()).isZero();
	}

	@ParameterizedTest
	@EnumSource(Kind.class)
	void limitOfANewTransactionBeforeTheCommitLetsTheOuterOneRollBack(Kind kind) {
		GuardedTransactionTemplate inner = requiresNew(kind).withTimeout(SECOND);
		assertThatExceptionOfType(QueryTimeoutException.class)
			.isThrownBy(() -> this.pool.template(kind).executeWithoutResult((status) -> {
				insert("a");
				beforeCommit(() -> inner.executeWithoutResult((second) -> raw("select pg_sleep(60)")));
			}))
			.withMessageContaining("its limit is 1.0 s");
		assertThat(notes()).isZero();
		assertThat(this.pool.outcomes()).containsExactly(TransactionOutcome.TIMED_OUT, TransactionOutcome.ROLLED_BACK);
	}

	@ParameterizedTest
	@EnumSource(Kind.class)
	void expiredTransactionRunsNothingBeforeItsCommit(Kind kind) {
		AtomicBoolean ran = new AtomicBoolean();
		assertThatExceptionOfType(TransactionTimedOutException.class)
			.isThrownBy(() -> limited(kind).executeWithoutResult((status) -> {
				beforeCommit(() -> ran.set(true));
				idleUntilExpired(status);
			}));
		assertThat(ran).isFalse();
	}

	/**
	 * With its session the transaction is gone, and so is any way to commit it.
	 */
	@ParameterizedTest
	@ValueSource(classes = { JdbcTransactionManager.class, DataSourceTransactionManager.class })
	void sessionThatTheServerEndsAtTheLimitHasTimedOut(Class<? extends DataSourceTransactionManager> type) {
		DataSourceTransactionManager manager = BeanUtils.instantiateClass(type);
		manager.setDataSource(this.pool.pool());
		manager.addListener(this.pool.guard());
		GuardedTransactionTemplate template = new GuardedTransactionTemplate(manager,
				new DefaultTransactionDefinition(), this.pool.guard())
			.withTimeout(Duration.ofSeconds(1));
		assertThatExceptionOfType(TransactionTimedOutException.class)
			.isThrownBy(() -> template.executeWithoutResult((status) -> {
				insert("a");
				Integer pid = this.jdbc.queryForObject("select pg_backend_pid()", Integer.class);
				await().until(() -> this.pool.database()
					.query("select count(*) from pg_stat_activity where pid = " + pid, Long.class) == 0);
			}))
			.withMessageContaining("its limit is 1.0 s");
		assertThat(this.pool.outcomes()).containsExactly(TransactionOutcome.TIMED_OUT);
		assertThat(notes()).isZero();
	}

	@Test
	void failureOfTheMethodAfterTheServerHasEndedTheSessionKeepsItsType() {
		TransactionTemplate limited = new TransactionTemplate(this.pool.manager(Kind.JDBC, true));
		limited.setTimeout(1);
		ProxyFactory declared = new ProxyFactory(Runnable.class,
				new TransactionTimeoutInterceptor(() -> List.of(this.pool.guard())));
		declared.setTarget((Runnable) () -> limited.executeWithoutResult((status) -> {
			Integer pid = this.jdbc.queryForObject("select pg_backend_pid()", Integer.class);
			await().until(() -> this.pool.database()
				.query("select count(*) from pg_stat_activity where pid = " + pid, Long.class) == 0);
			throw new IllegalStateException("payment declined");
		}));
		assertThatExceptionOfType(IllegalStateException.class).isThrownBy(((Runnable) declared.getProxy())::run)
			.withMessage("payment declined")
			.satisfies((ex) -> assertThat(ex.getSuppressed()).hasOnlyElementsOfType(TransactionSystemException.class)
				.hasSize(1));
		assertThat(this.pool.outcomes()).containsExactly(TransactionOutcome.TIMED_OUT);
	}

	@Test
	void failureAfterATimeoutThatWasCaughtKeepsItsType() {
		GuardedTransactionTemplate optional = requiresNew(Kind.JDBC).withTimeout(Duration.ofSeconds(1));
		TransactionTemplate outer = new TransactionTemplate(this.pool.manager(Kind.JDBC, true));
		ProxyFactory declared = new ProxyFactory(Runnable.class,
				new TransactionTimeoutInterceptor(() -> List.of(this.pool.guard())));
		declared.setTarget((Runnable) () -> outer.executeWithoutResult((status) -> {
			assertThatExceptionOfType(TransactionTimedOutException.class)
				.isThrownBy(() -> optional.executeWithoutResult((inner) -> raw("select pg_sleep(60)")));
			throw new QueryTimeoutException("of a statement of the outer one");
		}));
		assertThatExceptionOfType(QueryTimeoutException.class).isThrownBy(((Runnable) declared.getProxy())::run)
			.withMessage("of a statement of the outer one");
	}

	private static void beforeCommit(Runnable action) {
		TransactionSynchronizationManager.registerSynchronization(new TransactionSynchronization() {

			@Override
			public void beforeCommit(boolean readOnly) {
				action.run();
			}

		});
	}

	@Test
	void failureAfterALateCommitKeepsItsType() {
		useAlone();
		JdbcTransactionManager manager = new JdbcTransactionManager(this.pool.pool());
		manager.addListener(this.pool.guard());
		GuardedTransactionTemplate template = new GuardedTransactionTemplate(manager,
				new DefaultTransactionDefinition(), this.pool.guard())
			.withTimeout(SECOND);
		AtomicReference<Deadline> limit = new AtomicReference<>();
		manager.addListener(new TransactionExecutionListener() {

			@Override
			public void beforeCommit(TransactionExecution transaction) {
				await().atMost(Duration.ofSeconds(30)).until(() -> limit.get().remaining().isNegative());
			}

		});
		assertThatExceptionOfType(QueryTimeoutException.class)
			.isThrownBy(() -> template.executeWithoutResult((status) -> {
				limit.set(deadline(status));
				insert("a");
				GuardedTransactionTemplate.afterCommit(() -> {
					throw new QueryTimeoutException("of what follows");
				});
			}))
			.withMessage("of what follows");
		assertThat(notes()).isOne();
	}

	@Test
	void queryOfAnEntityManagerAfterTheLimitIsATimeout() {
		GuardedTransactionTemplate limited = limited(Kind.JPA);
		JpaTransactionManager manager = (JpaTransactionManager) limited.getTransactionManager();
		assertThat(manager).isNotNull();
		EntityManagerFactory factory = manager.getEntityManagerFactory();
		assertThat(factory).isNotNull();
		Consumer<TransactionStatus> work = (status) -> {
			idleUntilExpired(status);
			EntityManager entityManager = EntityManagerFactoryUtils.getTransactionalEntityManager(factory);
			assertThat(entityManager).isNotNull();
			entityManager.createNativeQuery("select 1").getResultList();
		};
		assertThatExceptionOfType(TransactionTimedOutException.class)
			.isThrownBy(() -> limited.executeWithoutResult(work))
			.withMessageContaining("its limit is 1.0 s");
		TransactionTemplate springs = new TransactionTemplate(manager);
		springs.setTimeout(1);
		ProxyFactory declared = new ProxyFactory(Runnable.class,
				new TransactionTimeoutInterceptor(() -> List.of(this.pool.guard())));
		declared.setTarget((Runnable) () -> springs.executeWithoutResult(work));
		Runnable method = (Runnable) declared.getProxy();
		assertThatExceptionOfType(TransactionTimedOutException.class).isThrownBy(method::run)
			.withMessageContaining("its limit is 1.0 s");
	}

	@Test
	void whatFollowsTheCommitHasNoLimit() {
		GuardedTransactionTemplate inner = requiresNew(Kind.JDBC);
		this.pool.template(Kind.JDBC).withTimeout(Duration.ofSeconds(5)).executeWithoutResult((outer) -> {
			Deadline deadline = deadline(outer);
			TransactionSynchronizationManager.registerSynchronization(new TransactionSynchronization() {

				@Override
				public void afterCommit() {
					await().until(() -> deadline.remaining().isNegative());
					inner.executeWithoutResult((status) -> insert("after"));
				}

			});
		});
		assertThat(notes()).isOne();
	}

	@Test
	void observedLimitIsOnlyReported(CapturedOutput output) {
		try (GuardedPool observed = new GuardedPool(
				new TransactionGuardSettings(PgkeelMode.OBSERVE, true, Duration.ZERO, SECOND))) {
			TransactionTemplate declared = new TransactionTemplate(observed.manager(Kind.JDBC, true));
			declared.setTimeout(1);
			declared.setName("Orders.declared");
			GuardedTransactionTemplate template = observed.template(Kind.JDBC);
			template.setName("Orders.template");
			declared.executeWithoutResult((status) -> idle(output, "Orders.declared"));
			template.executeWithoutResult((status) -> idle(output, "Orders.template"));
			for (String name : List.of("Orders.declared", "Orders.template")) {
				assertThat(output).containsPattern("Would have been cancelled: Transaction '" + name
						+ "' took \\d+\\.\\d s, its limit is 1\\.0 s");
			}
			assertThat(observed.outcomes()).containsOnly(TransactionOutcome.COMMITTED);
		}
	}

	private static void idle(CapturedOutput output, String name) {
		await().atMost(Duration.ofSeconds(30)).until(() -> output.toString().contains("Transaction '" + name));
	}

	@ParameterizedTest
	@EnumSource(Kind.class)
	void outcomesAreObserved(Kind kind) {
		GuardedTransactionTemplate template = this.pool.template(kind);
		template.executeWithoutResult((status) -> insert("a"));
		assertThatIllegalStateException().isThrownBy(() -> template.executeWithoutResult((status) -> {
			throw new IllegalStateException("callback");
		}));
		template.executeWithoutResult(TransactionStatus::setRollbackOnly);
		template.executeWithoutResult((outer) -> template.executeWithoutResult((inner) -> insert("b")));
		this.jdbc.execute("""
				create table keys (id int unique deferrable initially deferred);
				insert into keys values (1)""");
		assertThatThrownBy(() -> template.executeWithoutResult((status) -> raw("insert into keys values (1)")))
			.hasStackTraceContaining("duplicate key");
		assertThat(this.pool.outcomes()).containsExactly(TransactionOutcome.COMMITTED, TransactionOutcome.ROLLED_BACK,
				TransactionOutcome.ROLLED_BACK, TransactionOutcome.COMMITTED, TransactionOutcome.ROLLED_BACK);
	}

	@Test
	void savepointIsNoTransactionOfItsOwn() {
		GuardedTransactionTemplate nested = this.pool.template(Kind.JDBC, TransactionDefinition.PROPAGATION_NESTED);
		this.pool.template(Kind.JDBC)
			.executeWithoutResult((outer) -> assertThatIllegalStateException()
				.isThrownBy(() -> nested.executeWithoutResult((inner) -> {
					throw new IllegalStateException("callback");
				})));
		assertThat(this.pool.outcomes()).containsExactly(TransactionOutcome.COMMITTED);
	}

	@Test
	void connectionLostInCommitHasAnUnknownOutcome() {
		this.jdbc.execute("""
				create function die() returns trigger language plpgsql as
				$$ begin perform pg_terminate_backend(pg_backend_pid()); perform pg_sleep(60); return null; end $$;
				create constraint trigger die after insert on notes deferrable initially deferred
				for each row execute function die()""");
		assertThatExceptionOfType(CommitOutcomeUnknownException.class)
			.isThrownBy(() -> this.pool.template(Kind.JDBC).executeWithoutResult((status) -> insert("a")));
		assertThat(this.pool.outcomes()).containsExactly(TransactionOutcome.UNKNOWN);
	}

	@Test
	void connectionThatDiesBeforeTheRollbackMeansRolledBack() {
		GuardedTransactionTemplate limited = this.pool.template(Kind.JDBC).withTimeout(Duration.ofSeconds(30));
		assertThatIllegalStateException().isThrownBy(() -> limited.executeWithoutResult((status) -> {
			Integer pid = this.jdbc.queryForObject("select pg_backend_pid()", Integer.class);
			this.pool.database().execute("select pg_terminate_backend(" + pid + ")");
			throw new IllegalStateException("callback");
		})).withMessage("callback");
		assertThat(this.pool.outcomes()).containsExactly(TransactionOutcome.ROLLED_BACK);
	}

	@Test
	void runningTransactionsAndFiguresAreShown() {
		GuardedTransactionTemplate template = this.pool.template(Kind.JDBC)
			.withTimeout(Duration.ofSeconds(40))
			.readOnly();
		template.setName("Orders.list");
		TransactionFigures before = this.pool.guard().figures();
		template.executeWithoutResult(
				(status) -> assertThat(this.pool.guard().running()).singleElement().satisfies((running) -> {
					assertThat(running.name()).isEqualTo("Orders.list");
					assertThat(running.holder()).isEqualTo(Thread.currentThread().getName());
					assertThat(running.readOnly()).isTrue();
					assertThat(running.limit()).isBetween(Duration.ofSeconds(39), Duration.ofSeconds(40));
				}));
		TransactionFigures figures = this.pool.guard().figures().since(before);
		assertThat(figures.count()).isOne();
		assertThat(figures.percentile(0.95)).isBetween(Duration.ofNanos(1), Duration.ofSeconds(40));
	}

	@Test
	void transactionThatSpringDoesNotTellTheEndOfIsLeftOut() {
		TransactionTemplate template = new TransactionTemplate(this.pool.manager(Kind.JDBC, true));
		assertThatThrownBy(() -> template.executeWithoutResult(
				(status) -> TransactionSynchronizationManager.registerSynchronization(new TransactionSynchronization() {

					@Override
					public void beforeCommit(boolean readOnly) {
						throw new TransactionTimedOutException("of a synchronization");
					}

				})))
			.isInstanceOf(TransactionTimedOutException.class);
		assertThat(this.pool.guard().running()).isEmpty();
	}

	private GuardedTransactionTemplate limited(Kind kind) {
		return this.pool.template(kind).withTimeout(SECOND);
	}

	private GuardedTransactionTemplate requiresNew(Kind kind) {
		AbstractPlatformTransactionManager manager = this.pool.manager(kind, true);
		return new GuardedTransactionTemplate(manager,
				new DefaultTransactionDefinition(TransactionDefinition.PROPAGATION_REQUIRES_NEW), this.pool.guard());
	}

	private Deadline deadline(TransactionStatus status) {
		Deadline deadline = this.pool.guard().find(status).deadline();
		assertThat(deadline).isNotNull();
		return deadline;
	}

	private void idleUntilExpired(TransactionStatus status) {
		Deadline deadline = deadline(status);
		await().atMost(Duration.ofSeconds(30)).until(deadline::isExpired);
	}

	private void insert(String body) {
		this.jdbc.update("insert into notes values (?)", body);
	}

	private void raw(String sql) {
		Connection connection = DataSourceUtils.getConnection(this.pool.pool());
		try (Statement statement = connection.createStatement()) {
			statement.execute(sql);
		}
		catch (SQLException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private Long notes() {
		return this.pool.database().query("select count(*) from notes", Long.class);
	}

}
