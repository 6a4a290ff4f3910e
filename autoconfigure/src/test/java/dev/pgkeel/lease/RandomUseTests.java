package dev.pgkeel.lease;

import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;

import com.zaxxer.hikari.HikariDataSource;
import org.awaitility.Awaitility;
import org.h2.jdbc.JdbcConnection;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests with random borrows, uses, closes and drops that no connection somebody can still
 * use is ever reclaimed, and that none stays lost. The database is in the same process,
 * so that there are many. The system property {@code pgkeel.test.operations} sets how
 * many; 1,000,000 is the full form.
 */
class RandomUseTests {

	private static final long OPERATIONS = Long.getLong("pgkeel.test.operations", 200_000);

	private static final int SIZE = 8;

	private static final int THREADS = 4;

	private final GuardedPools pools = new GuardedPools();

	private final AtomicLong dropped = new AtomicLong();

	@Test
	void nothingInUseIsReclaimedAndNothingStaysLost() throws Exception {
		try (GuardedDataSource pool = pool()) {
			ExecutorService threads = Executors.newFixedThreadPool(THREADS);
			try {
				List<Future<Long>> runs = new ArrayList<>();
				for (int thread = 0; thread < THREADS; thread++) {
					Random random = new Random(thread);
					runs.add(threads.submit(() -> run(pool, random)));
				}
				long operations = 0;
				for (Future<Long> run : runs) {
					operations += run.get();
				}
				assertThat(operations).isGreaterThanOrEqualTo(OPERATIONS);
			}
			finally {
				threads.shutdownNow();
			}
			GuardedPools.awaitNoLease(pool);
			LeakCounters counters = GuardedPools.leases(pool).counters();
			Awaitility.await()
				.atMost(Duration.ofSeconds(30))
				.untilAsserted(() -> assertThat(counters.reclaimed()).isEqualTo(this.dropped.get()).isPositive());
			assertThat(fill(pool)).isEqualTo(SIZE);
		}
	}

	private GuardedDataSource pool() {
		HikariDataSource plain = new HikariDataSource();
		plain.setJdbcUrl("jdbc:h2:mem:random;DB_CLOSE_DELAY=-1");
		plain.setMaximumPoolSize(SIZE);
		plain.setPoolName("random");
		plain.setConnectionTimeout(60_000);
		return GuardedDataSource.of(plain, "pool", GuardedPools.SETTINGS, this.pools.events::add);
	}

	private long run(GuardedDataSource pool, Random random) throws SQLException {
		long operations = 0;
		Use use = null;
		while (operations < OPERATIONS / THREADS) {
			operations++;
			if (use == null) {
				use = borrow(pool, random);
			}
			if (random.nextBoolean()) {
				use.now();
			}
			else if (use.isUnwrapped() || random.nextInt(1_000) > 0) {
				use.close();
				use = null;
			}
			else {
				use = null;
				this.dropped.incrementAndGet();
				if (random.nextInt(4) > 0) {
					GuardedPools.collect();
				}
			}
		}
		if (use != null) {
			use.close();
		}
		return operations;
	}

	/**
	 * Keeps nothing but what is used, so that the handle is reachable only through it.
	 */
	private static Use borrow(GuardedDataSource pool, Random random) throws SQLException {
		Connection connection = pool.getConnection();
		switch (random.nextInt(6)) {
			case 0 -> {
				Statement statement = connection.createStatement();
				return new Use(() -> statement.execute("select 1"), () -> statement.getConnection().close(), false);
			}
			case 1 -> {
				ResultSet rows = connection.createStatement().executeQuery("select x from system_range(1, 1000)");
				return new Use(() -> assertThat(rows.next()).isTrue(),
						() -> rows.getStatement().getConnection().close(), false);
			}
			case 2 -> {
				DatabaseMetaData metaData = connection.getMetaData();
				return new Use(() -> assertThat(metaData.getURL()).startsWith("jdbc:h2:"),
						() -> metaData.getConnection().close(), false);
			}
			case 3 -> {
				Connection raw = connection.unwrap(JdbcConnection.class);
				return new Use(() -> assertThat(raw.isValid(1)).isTrue(), connection::close, true);
			}
			default -> {
				return new Use(() -> assertThat(connection.isValid(1)).isTrue(), connection::close, false);
			}
		}
	}

	private static int fill(GuardedDataSource pool) throws SQLException {
		List<Connection> all = new ArrayList<>();
		try {
			for (int borrow = 0; borrow < SIZE; borrow++) {
				all.add(pool.getConnection());
			}
		}
		catch (SQLTransientConnectionException ex) {
			throw new AssertionError("only " + all.size(), ex);
		}
		finally {
			for (Connection connection : all) {
				connection.close();
			}
		}
		return all.size();
	}

	/**
	 * Something that was got from a connection.
	 *
	 * @param use uses it, and fails if the connection is gone
	 * @param end returns the connection
	 * @param isUnwrapped whether it is the driver's own
	 */
	private record Use(Action use, Action end, boolean isUnwrapped) {

		void now() throws SQLException {
			this.use.run();
		}

		void close() throws SQLException {
			this.end.run();
		}

	}

	/**
	 * Something done with a connection.
	 */
	private interface Action {

		void run() throws SQLException;

	}

}
