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
import dev.pgkeel.testsupport.TestDatabase;
import dev.pgkeel.testsupport.TestServer;
import org.awaitility.Awaitility;
import org.h2.jdbc.JdbcConnection;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.postgresql.PGConnection;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests with random borrows, uses, closes, evictions and drops that no connection
 * somebody can still use is ever reclaimed, and that none stays lost. One database is in
 * the same process, so that there are many. The system property
 * {@code pgkeel.test.operations} sets how many; 1,000,000 is the full form. PostgreSQL
 * has a twentieth of them.
 */
@Tag("hikaricp")
class RandomUseTests {

	private static final long OPERATIONS = Long.getLong("pgkeel.test.operations", 200_000);

	private static final int SIZE = 8;

	private static final int THREADS = 4;

	private final GuardedPools pools = new GuardedPools();

	private final AtomicLong dropped = new AtomicLong();

	@Test
	void nothingInUseIsReclaimedAndNothingStaysLost() throws Exception {
		run("jdbc:h2:mem:random;DB_CLOSE_DELAY=-1", "sa", OPERATIONS,
				new Dialect("select x from system_range(1, 1000)", "jdbc:h2:", JdbcConnection.class));
	}

	@Test
	void nothingInUseIsReclaimedAndNothingStaysLostOfPostgres() throws Exception {
		TestDatabase database = TestServer.shared().newDatabase();
		run(database.directUrl(), database.username(), OPERATIONS / 20,
				new Dialect("select generate_series(1, 1000)", "jdbc:postgresql:", PGConnection.class));
		Awaitility.await()
			.until(() -> database.query("select count(*)::int from pg_stat_activity where datname = current_database()"
					+ " and pid <> pg_backend_pid()", Integer.class) == 0);
	}

	private void run(String url, String user, long operations, Dialect dialect) throws Exception {
		try (GuardedDataSource pool = pool(url, user)) {
			ExecutorService threads = Executors.newFixedThreadPool(THREADS);
			try {
				List<Future<Long>> runs = new ArrayList<>();
				for (int thread = 0; thread < THREADS; thread++) {
					Random random = new Random(thread);
					runs.add(threads.submit(() -> run(pool, random, operations / THREADS, dialect)));
				}
				long done = 0;
				for (Future<Long> run : runs) {
					done += run.get();
				}
				assertThat(done).isGreaterThanOrEqualTo(operations);
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

	private GuardedDataSource pool(String url, String user) {
		HikariDataSource plain = new HikariDataSource();
		plain.setJdbcUrl(url);
		plain.setUsername(user);
		plain.setMaximumPoolSize(SIZE);
		plain.setPoolName("random");
		plain.setConnectionTimeout(60_000);
		return GuardedDataSource.of(plain, "pool", GuardedPools.SETTINGS, this.pools.events::add);
	}

	private long run(GuardedDataSource pool, Random random, long operations, Dialect dialect) throws SQLException {
		long done = 0;
		Use use = null;
		while (done < operations) {
			done++;
			if (use == null) {
				use = borrow(pool, random, dialect);
			}
			if (random.nextBoolean()) {
				use.now();
			}
			else if (use.isUnwrapped() || random.nextInt(1_000) > 0) {
				if (random.nextInt(500) == 0) {
					pool.evictConnection(use.connection());
				}
				use.connection().close();
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
			use.connection().close();
		}
		return done;
	}

	/**
	 * Keeps nothing but what is used, so that the handle is reachable only through it.
	 */
	private static Use borrow(GuardedDataSource pool, Random random, Dialect dialect) throws SQLException {
		Connection connection = pool.getConnection();
		switch (random.nextInt(6)) {
			case 0 -> {
				Statement statement = connection.createStatement();
				return new Use(() -> statement.execute("select 1"), statement::getConnection, false);
			}
			case 1 -> {
				ResultSet rows = connection.createStatement().executeQuery(dialect.rows());
				return new Use(() -> assertThat(rows.next()).isTrue(), () -> rows.getStatement().getConnection(),
						false);
			}
			case 2 -> {
				DatabaseMetaData metaData = connection.getMetaData();
				return new Use(() -> assertThat(metaData.getURL()).startsWith(dialect.url()), metaData::getConnection,
						false);
			}
			case 3 -> {
				Connection raw = (Connection) connection.unwrap(dialect.raw());
				return new Use(() -> assertThat(raw.isValid(30)).isTrue(), () -> connection, true);
			}
			default -> {
				return new Use(() -> assertThat(connection.isValid(30)).isTrue(), () -> connection, false);
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
	 * What differs between databases.
	 *
	 * @param rows asks for many rows
	 * @param url how its URLs begin
	 * @param raw the driver's class
	 */
	private record Dialect(String rows, String url, Class<?> raw) {

	}

	/**
	 * Something that was got from a connection.
	 *
	 * @param use uses it, and fails if the connection is gone
	 * @param handle finds the connection again
	 * @param isUnwrapped whether it is the driver's own
	 */
	private record Use(Action use, Handle handle, boolean isUnwrapped) {

		void now() throws SQLException {
			this.use.run();
		}

		Connection connection() throws SQLException {
			return this.handle.find();
		}

	}

	/**
	 * Something done with a connection.
	 */
	private interface Action {

		void run() throws SQLException;

	}

	/**
	 * A way to a connection.
	 */
	private interface Handle {

		Connection find() throws SQLException;

	}

}
