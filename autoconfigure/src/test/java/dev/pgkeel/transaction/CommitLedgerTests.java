package dev.pgkeel.transaction;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;

import dev.pgkeel.lease.GuardedDataSource;
import dev.pgkeel.testsupport.PgProxy;
import dev.pgkeel.testsupport.PgProxy.Cut;
import dev.pgkeel.testsupport.TestDatabase;
import dev.pgkeel.testsupport.TestServer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import org.springframework.boot.logging.LogLevel;
import org.springframework.boot.logging.LoggingSystem;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.support.JdbcTransactionManager;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Transfers between accounts whose connection is cut at each COMMIT, before it is
 * forwarded, after it, or in the middle of the answer. A session of its own then looks
 * whether each was done once. {@code -Dpgkeel.test.transfers=10000} for the long form.
 */
class CommitLedgerTests {

	private static final int TRANSFERS = Integer.getInteger("pgkeel.test.transfers", 100);

	private static final int WORKERS = 8;

	private static final int ACCOUNTS = 64;

	/**
	 * They have something to say about each cut.
	 */
	private static final List<String> NOISY = List.of("com.zaxxer.hikari.pool.ProxyConnection",
			CommitResolution.class.getName());

	private static final Cut[] CUTS = { Cut.BEFORE_FORWARDING, Cut.AFTER_FORWARDING, Cut.IN_THE_ANSWER };

	private final TestDatabase database = TestServer.shared().newDatabase();

	private final PgProxy proxy = PgProxy.to(this.database.jdbcUrl());

	private final GuardedDataSource pool = ResolvingPools.of(this.proxy.jdbcUrl(this.database.name()), this.database,
			WORKERS);

	private final JdbcTemplate jdbc = new JdbcTemplate(this.pool);

	private final GuardedTransactionTemplate template = new GuardedTransactionTemplate(
			new JdbcTransactionManager(this.pool));

	private final LoggingSystem logging = LoggingSystem.get(getClass().getClassLoader());

	private final Random random = new Random(42);

	private final AtomicInteger attempts = new AtomicInteger();

	private final Map<Integer, AtomicInteger> hooks = new ConcurrentHashMap<>();

	private final Queue<Integer> done = new ConcurrentLinkedQueue<>();

	private final Queue<CommitOutcomeUnknownException> unknown = new ConcurrentLinkedQueue<>();

	@BeforeEach
	void createAccounts() {
		this.database.execute("create table accounts (id int primary key, balance bigint);"
				+ "insert into accounts select id, 1000000 from generate_series(0, " + (ACCOUNTS - 1) + ") id;"
				+ "create table transfers (id int, source int, target int, amount bigint)");
		this.proxy.cutCommits(this::cut);
		NOISY.forEach((logger) -> this.logging.setLogLevel(logger, LogLevel.OFF));
	}

	@AfterEach
	void close() {
		NOISY.forEach((logger) -> this.logging.setLogLevel(logger, null));
		this.pool.close();
		this.proxy.close();
	}

	private synchronized Cut cut() {
		return CUTS[this.random.nextInt(CUTS.length)];
	}

	@Test
	void withResolutionAndRetryEachTransferIsDoneOnce() throws Exception {
		transferAll(this.template.withCommitResolution().withRetry(50));
		print("with resolution and retry");
		assertThat(this.unknown).isEmpty();
		assertThat(this.done).hasSize(TRANSFERS);
		assertThat(losses()).isZero();
		assertThat(duplicates()).isZero();
		assertThat(this.hooks.values()).hasSize(TRANSFERS).allMatch((count) -> count.get() == 1);
		assertLedger();
	}

	@Test
	void withoutResolutionNothingIsRetriedAfterAnUnknownOutcome() throws Exception {
		transferAll(this.template.withRetry(50));
		print("without resolution");
		assertThat(this.unknown).hasSize(TRANSFERS);
		assertThat(this.attempts).hasValue(TRANSFERS);
		assertThat(this.done).isEmpty();
		assertThat(this.hooks).isEmpty();
		assertThat(duplicates()).isZero();
		assertLedger();
	}

	private void transferAll(GuardedTransactionTemplate guarded) throws Exception {
		AtomicInteger next = new AtomicInteger();
		ExecutorService workers = Executors.newFixedThreadPool(WORKERS);
		try {
			List<Future<?>> running = new ArrayList<>();
			for (int i = 0; i < WORKERS; i++) {
				running.add(workers.submit(() -> {
					for (int id = next.getAndIncrement(); id < TRANSFERS; id = next.getAndIncrement()) {
						transfer(guarded, id);
					}
				}));
			}
			for (Future<?> each : running) {
				each.get();
			}
		}
		finally {
			workers.shutdownNow();
		}
	}

	private void transfer(GuardedTransactionTemplate guarded, int id) {
		int source = id % ACCOUNTS;
		int target = (id / ACCOUNTS + id + 1) % ACCOUNTS;
		try {
			guarded.executeWithoutResult((status) -> {
				this.attempts.incrementAndGet();
				this.jdbc.update("update accounts set balance = balance - ? where id = ?", id, source);
				this.jdbc.update("update accounts set balance = balance + ? where id = ?", id, target);
				this.jdbc.update("insert into transfers values (?, ?, ?, ?)", id, source, target, id);
				GuardedTransactionTemplate
					.afterCommit(() -> this.hooks.computeIfAbsent(id, (key) -> new AtomicInteger()).incrementAndGet());
			});
			this.done.add(id);
		}
		catch (CommitOutcomeUnknownException ex) {
			this.unknown.add(ex);
		}
	}

	private void print(String how) {
		System.out.printf(
				"%d transfers %s, %d attempts; connection cut before forwarding: %d, after forwarding: %d,"
						+ " in the answer: %d; done %d, unknown %d, duplicates %d, losses %d%n",
				TRANSFERS, how, this.attempts.get(), this.proxy.count(Cut.BEFORE_FORWARDING),
				this.proxy.count(Cut.AFTER_FORWARDING), this.proxy.count(Cut.IN_THE_ANSWER), this.done.size(),
				this.unknown.size(), duplicates(), losses());
		for (Cut cut : CUTS) {
			assertThat(this.proxy.count(cut)).as(cut.name()).isPositive();
		}
	}

	private long losses() {
		return this.done.size() - this.database.query("select count(distinct id) from transfers where id = any('{"
				+ String.join(",", this.done.stream().map(String::valueOf).toList()) + "}')", Long.class);
	}

	private long duplicates() {
		return this.database.query("select count(*) - count(distinct id) from transfers", Long.class);
	}

	/**
	 * What the transfers say is what the accounts have.
	 */
	private void assertLedger() {
		assertThat(this.database.query("""
				select count(*) from accounts a where balance <> 1000000
				  - coalesce((select sum(amount) from transfers where source = a.id), 0)
				  + coalesce((select sum(amount) from transfers where target = a.id), 0)""", Long.class)).isZero();
	}

}
