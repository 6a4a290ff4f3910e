package dev.pgkeel.transaction;

import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

import dev.pgkeel.transaction.GuardedPool.Kind;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.LazyConnectionDataSourceProxy;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.TransactionStatus;
import org.springframework.transaction.support.TransactionTemplate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Tests for {@link TransactionDrain}.
 */
class TransactionDrainTests {

	private final GuardedPool pool = new GuardedPool();

	private final JdbcTemplate jdbc = new JdbcTemplate(this.pool.pool());

	private final CountDownLatch begun = new CountDownLatch(1);

	private final CountDownLatch drained = new CountDownLatch(1);

	@BeforeEach
	void createTable() {
		this.jdbc.execute("create table notes (body text not null)");
	}

	@AfterEach
	void close() {
		this.pool.close();
	}

	@Test
	void nothingRunsAndNothingIsWaitedFor() throws Exception {
		assertThat(this.pool.guard().drain(Thread.currentThread(), Duration.ofMinutes(1), Duration.ofMinutes(1)))
			.isEqualTo(new DrainedTransactions(0, 0, 0));
	}

	@ParameterizedTest
	@EnumSource(Kind.class)
	void transactionsFinish(Kind kind) throws Exception {
		Thread closer = Thread.currentThread();
		assertThat(drain(kind, Duration.ofMinutes(1), () -> {
			await().until(() -> isDraining(closer));
			this.jdbc.execute("select pg_sleep(0.2)");
		})).isEqualTo(new DrainedTransactions(1, 0, 0));
		assertThat(notes()).isOne();
	}

	/**
	 * Returns whether a thread has seen what runs, and waits for it.
	 */
	private static boolean isDraining(Thread closer) {
		return Arrays.stream(closer.getStackTrace())
			.anyMatch((frame) -> frame.getClassName().equals(TransactionDrain.class.getName())
					&& frame.getMethodName().equals("drain"));
	}

	@ParameterizedTest
	@EnumSource(Kind.class)
	void statementIsCancelledWhenTheTimeIsOver(Kind kind) throws Exception {
		assertThat(drain(kind, Duration.ofMillis(50), () -> this.jdbc.execute("select pg_sleep(60)")))
			.isEqualTo(new DrainedTransactions(0, 1, 0));
		assertThat(notes()).isZero();
	}

	@ParameterizedTest
	@EnumSource(Kind.class)
	void idleTransactionDoesNotCommitAfterwards(Kind kind) throws Exception {
		DrainedTransactions result = drain(kind, Duration.ofMillis(50), Duration.ofSeconds(2), (status) -> {
			this.begun.countDown();
			await().until(() -> this.drained.getCount() == 0);
		});
		assertThat(result).isEqualTo(new DrainedTransactions(0, 0, 1));
		assertThat(notes()).isZero();
	}

	/**
	 * The thread waits for the server on a connection that is not the transaction's.
	 */
	@ParameterizedTest
	@EnumSource(Kind.class)
	void connectionIsNotFetchedInOrderToCancel(Kind kind) throws Exception {
		TransactionTemplate template = new TransactionTemplate(
				this.pool.manager(kind, new LazyConnectionDataSourceProxy(this.pool.pool()), true));
		ExecutorService thread = Executors.newSingleThreadExecutor();
		try (Connection lock = this.pool.database().connect(); Statement statement = lock.createStatement()) {
			statement.execute("select pg_advisory_lock(1)");
			Future<?> done = thread.submit(() -> template.executeWithoutResult((status) -> {
				this.begun.countDown();
				this.pool.database().execute("select pg_advisory_lock(1)");
			}));
			await().until(() -> this.begun.getCount() == 0);
			assertThat(this.pool.guard().drain(Thread.currentThread(), Duration.ofMillis(50), Duration.ofSeconds(1)))
				.isEqualTo(new DrainedTransactions(0, 0, 1));
			assertThat(this.pool.pool().getHikariPoolMXBean().getActiveConnections()).isZero();
			statement.execute("select pg_advisory_unlock(1)");
			await().until(done::isDone);
		}
		finally {
			thread.shutdownNow();
		}
	}

	@ParameterizedTest
	@EnumSource(Kind.class)
	void transactionOfTheThreadThatShutsDownIsNotWaitedFor(Kind kind) {
		long start = System.nanoTime();
		DrainedTransactions result = this.pool.template(kind).execute((status) -> {
			this.jdbc.update("insert into notes values ('a')");
			try {
				return this.pool.guard().drain(Thread.currentThread(), Duration.ofMinutes(1), Duration.ofMinutes(1));
			}
			catch (InterruptedException ex) {
				throw new IllegalStateException(ex);
			}
		});
		assertThat(result).isEqualTo(new DrainedTransactions(0, 0, 1));
		assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofMinutes(1));
		assertThat(notes()).isOne();
	}

	@ParameterizedTest
	@EnumSource(Kind.class)
	void transactionsThatBeganLaterAreTheirOwners(Kind kind) throws Exception {
		AtomicBoolean stopped = new AtomicBoolean();
		CountDownLatch begun = new CountDownLatch(2);
		GuardedTransactionTemplate template = this.pool.template(kind);
		Callable<Void> worker = () -> {
			while (!stopped.get()) {
				template.executeWithoutResult((status) -> this.jdbc.execute("select pg_sleep(0.05)"));
				begun.countDown();
			}
			return null;
		};
		ExecutorService threads = Executors.newFixedThreadPool(2);
		try {
			List<Future<Void>> workers = List.of(threads.submit(worker), threads.submit(worker));
			begun.await();
			long start = System.nanoTime();
			DrainedTransactions result = this.pool.guard()
				.drain(Thread.currentThread(), Duration.ofMinutes(1), Duration.ofSeconds(2));
			assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofMinutes(1));
			assertThat(result.finished()).isBetween(0, 2);
			assertThat(result.cancelled() + result.left()).isZero();
			stopped.set(true);
			for (Future<Void> each : workers) {
				each.get();
			}
		}
		finally {
			stopped.set(true);
			threads.shutdown();
		}
	}

	@Test
	void transactionInsideOneThatRanIsCancelledWithIt() throws Exception {
		GuardedTransactionTemplate inner = this.pool.template(Kind.JDBC,
				TransactionDefinition.PROPAGATION_REQUIRES_NEW);
		assertThat(drain(Kind.JDBC, Duration.ofMillis(500),
				() -> inner.executeWithoutResult((status) -> this.jdbc.execute("select pg_sleep(60)"))))
			.isEqualTo(new DrainedTransactions(0, 2, 0));
		assertThat(notes()).isZero();
	}

	@ParameterizedTest
	@EnumSource(Kind.class)
	void committedTransactionThatIsLateAfterItsCommitHasFinished(Kind kind) throws Exception {
		TransactionGuard guard = this.pool.guard();
		assertThat(drain(kind, Duration.ofMillis(50), Duration.ofSeconds(30),
				(status) -> GuardedTransactionTemplate.afterCommit(() -> {
					RunningTransaction running = guard.find(status);
					assertThat(running).isNotNull();
					this.begun.countDown();
					await().until(running::isCancelled);
				})))
			.isEqualTo(new DrainedTransactions(1, 0, 0));
		assertThat(notes()).isOne();
	}

	private DrainedTransactions drain(Kind kind, Duration patience, Runnable work) throws Exception {
		return drain(kind, patience, Duration.ofSeconds(30), (status) -> {
			this.begun.countDown();
			work.run();
		});
	}

	/**
	 * Drains once the work has said that it has begun.
	 */
	private DrainedTransactions drain(Kind kind, Duration patience, Duration grace, Consumer<TransactionStatus> work)
			throws Exception {
		GuardedTransactionTemplate template = this.pool.template(kind);
		ExecutorService thread = Executors.newSingleThreadExecutor();
		try {
			Future<?> done = thread.submit(() -> template.executeWithoutResult((status) -> {
				this.jdbc.update("insert into notes values ('a')");
				work.accept(status);
			}));
			await().until(() -> this.begun.getCount() == 0);
			DrainedTransactions result = this.pool.guard().drain(Thread.currentThread(), patience, grace);
			this.drained.countDown();
			await().until(done::isDone);
			return result;
		}
		finally {
			thread.shutdownNow();
		}
	}

	private Long notes() {
		return this.pool.database().query("select count(*) from notes", Long.class);
	}

}
