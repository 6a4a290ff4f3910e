package dev.pgkeel.benchmarks.soak;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Collectors;
import java.util.stream.LongStream;

import dev.pgkeel.lease.GuardedDataSource;
import dev.pgkeel.lease.NestedConnectionException;
import dev.pgkeel.lease.PoolLeases;
import dev.pgkeel.transaction.GuardedTransactionTemplate;

import org.springframework.context.ApplicationContext;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.transaction.TransactionException;

/**
 * What the application does: it writes, reads, and now and then handles a connection
 * badly.
 */
final class SoakWork {

	private static final int WORKERS = 12;

	private static final int LONGEST_PAUSE_MILLIS = 80;

	private static final int HEALING_SECONDS = 90;

	private final GuardedDataSource pool;

	private final JdbcTemplate jdbc;

	private final GuardedTransactionTemplate transactions;

	private final Acknowledged acknowledged;

	private final List<Thread> workers = new ArrayList<>();

	private final AtomicInteger rows = new AtomicInteger();

	private final LongAdder done = new LongAdder();

	private final LongAdder failed = new LongAdder();

	private final LongAdder leaked = new LongAdder();

	private final LongAdder nested = new LongAdder();

	private final LongAdder refused = new LongAdder();

	private final LongAdder idle = new LongAdder();

	private final LongAdder slow = new LongAdder();

	private final Queue<Throwable> unexpected = new ConcurrentLinkedQueue<>();

	private volatile boolean ended;

	SoakWork(ApplicationContext context, Acknowledged acknowledged) {
		this.pool = context.getBean(GuardedDataSource.class);
		this.jdbc = context.getBean(JdbcTemplate.class);
		this.transactions = context.getBean(GuardedTransactionTemplate.class);
		this.acknowledged = acknowledged;
	}

	void start() {
		for (int worker = 0; worker < WORKERS; worker++) {
			Thread thread = new Thread(this::work, "worker-" + worker);
			thread.start();
			this.workers.add(thread);
		}
	}

	private void work() {
		ThreadLocalRandom random = ThreadLocalRandom.current();
		while (!this.ended) {
			try {
				round(random.nextInt(2_000));
				this.done.increment();
			}
			catch (NestedConnectionException ex) {
				this.refused.increment();
			}
			catch (SQLException | DataAccessException | TransactionException ex) {
				this.failed.increment();
			}
			catch (RuntimeException | Error ex) {
				this.unexpected.add(ex);
			}
			sleep(random.nextInt(LONGEST_PAUSE_MILLIS));
		}
	}

	private void round(int dice) throws SQLException {
		switch (dice) {
			case 0, 1, 2 -> leak();
			case 3, 4, 5, 6, 7, 8 -> nest();
			case 9, 10 -> idle();
			case 11, 12 -> slow();
			default -> ordinary(dice);
		}
	}

	private void ordinary(int dice) {
		int row = this.rows.incrementAndGet();
		switch (dice % 4) {
			case 0 -> this.jdbc.queryForList("select row from ledger order by row desc limit 20");
			case 1 -> {
				insert(row);
				this.acknowledged.add(row);
			}
			case 2 -> {
				this.transactions.withRetry(3).execute((status) -> insert(row));
				this.acknowledged.add(row);
			}
			default -> {
				this.transactions.execute((status) -> insert(row));
				this.acknowledged.add(row);
			}
		}
	}

	private int insert(int row) {
		return this.jdbc.update("insert into ledger values (?, 'written by the soak')", row);
	}

	/**
	 * Forgets to close.
	 */
	private void leak() throws SQLException {
		Connection forgotten = this.pool.getConnection();
		this.leaked.increment();
		forgotten.createStatement().execute("select 1");
	}

	private void nest() throws SQLException {
		this.nested.increment();
		try (Connection outer = this.pool.getConnection(); Connection inner = this.pool.getConnection()) {
			execute(outer, "select 1");
			execute(inner, "select 1");
		}
	}

	/**
	 * Does nothing in a transaction, for longer than its limit.
	 */
	private void idle() {
		this.idle.increment();
		this.transactions.executeWithoutResult((status) -> {
			this.jdbc.queryForObject("select 1", Integer.class);
			sleep(6_000);
			this.jdbc.queryForObject("select 1", Integer.class);
		});
	}

	/**
	 * Healthy work that takes long.
	 */
	private void slow() {
		this.slow.increment();
		this.transactions.executeWithoutResult((status) -> {
			for (int part = 0; part < 6; part++) {
				this.jdbc.execute("select pg_sleep(0.5)");
			}
		});
	}

	private static void execute(Connection connection, String sql) throws SQLException {
		try (Statement statement = connection.createStatement()) {
			statement.execute(sql);
		}
	}

	private static void sleep(int millis) {
		try {
			TimeUnit.MILLISECONDS.sleep(millis);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	/**
	 * Ends the work, and asks for the whole pool at the same time.
	 * @return what was done, in the order of {@link SoakCounts}
	 */
	String end() throws InterruptedException {
		this.ended = true;
		for (Thread worker : this.workers) {
			worker.join();
		}
		boolean full = awaitFullPool();
		this.unexpected.stream().limit(10).forEach(Throwable::printStackTrace);
		return LongStream
			.of(this.done.sum(), this.failed.sum(), this.leaked.sum(), reclaimed(), this.nested.sum(),
					this.refused.sum(), this.idle.sum(), this.slow.sum(), this.unexpected.size(), full ? 1 : 0)
			.mapToObj(String::valueOf)
			.collect(Collectors.joining(" "));
	}

	private long reclaimed() {
		PoolLeases leases = this.pool.leases();
		return (leases != null) ? leases.counters().reclaimed() : -1;
	}

	private boolean awaitFullPool() throws InterruptedException {
		long end = System.nanoTime() + Duration.ofSeconds(HEALING_SECONDS).toNanos();
		while (System.nanoTime() < end) {
			if (isFull()) {
				return true;
			}
			sleep(500);
		}
		return false;
	}

	/**
	 * Each by a thread of its own: one thread that asks for several would be told that it
	 * waits for itself.
	 */
	private boolean isFull() throws InterruptedException {
		int size = this.pool.getMaximumPoolSize();
		CountDownLatch taken = new CountDownLatch(size);
		Thread[] borrowers = new Thread[size];
		Arrays.setAll(borrowers, (number) -> new Thread(() -> {
			try (Connection connection = this.pool.getConnection()) {
				execute(connection, "select 1");
				taken.countDown();
				taken.await(10, TimeUnit.SECONDS);
			}
			catch (SQLException | InterruptedException ex) {
				System.err.println("Not full yet: " + ex);
			}
		}, "borrower"));
		for (Thread borrower : borrowers) {
			borrower.start();
		}
		for (Thread borrower : borrowers) {
			borrower.join();
		}
		return taken.getCount() == 0;
	}

}
