package dev.pgkeel.benchmarks.lease;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

import com.zaxxer.hikari.HikariDataSource;
import dev.pgkeel.PgkeelMode;
import dev.pgkeel.benchmarks.MarkdownTable;
import dev.pgkeel.embedded.EmbeddedPostgresServer;
import dev.pgkeel.lease.GuardedDataSource;
import dev.pgkeel.lease.LeakCapture;
import dev.pgkeel.lease.LeakSettings;
import dev.pgkeel.lease.NestedConnectionException;
import dev.pgkeel.lease.PoolExhaustedException;
import dev.pgkeel.lease.PoolLeases;

/**
 * Many virtual threads that share one pool for long: they query, write, hold on, borrow
 * inside a borrow, and forget to close now and then. Fails if somebody lost a connection
 * that was in use, got one that another one still had, or if one stayed lost. JDK 21 or
 * later.
 */
public final class Soak {

	private static final int THREADS = 2000;

	private static final int POOL_SIZE = 20;

	private static final int LEAK_ONCE_IN = 5_000;

	private static final int NEST_ONCE_IN = 2_000;

	/**
	 * Without a pause, newcomers take connections past those that wait, for longer than
	 * anybody's patience.
	 */
	private static final int LONGEST_PAUSE_MILLIS = 2_000;

	private final GuardedDataSource pool;

	private final PoolLeases leases;

	private final long end;

	private final LongAdder done = new LongAdder();

	private final LongAdder leaked = new LongAdder();

	private final LongAdder refused = new LongAdder();

	private final LongAdder timedOut = new LongAdder();

	private final List<String> failures = new ArrayList<>();

	private Soak(GuardedDataSource pool, Duration length) {
		this.pool = pool;
		PoolLeases found = pool.leases();
		if (found == null) {
			throw new IllegalStateException("not guarded");
		}
		this.leases = found;
		this.end = System.nanoTime() + length.toNanos();
	}

	/**
	 * Runs the soak.
	 * @param arguments optionally the minutes, 10 if not given
	 * @throws Exception if it cannot run
	 */
	public static void main(String[] arguments) throws Exception {
		long minutes = (arguments.length > 0) ? Long.parseLong(arguments[0]) : 10;
		try (EmbeddedPostgresServer server = EmbeddedPostgresServer.start(null, 0);
				GuardedDataSource pool = pool(server)) {
			Soak soak = new Soak(pool, Duration.ofMinutes(minutes));
			long start = System.nanoTime();
			VirtualThreads.run(THREADS, soak::work);
			long seconds = Duration.ofNanos(System.nanoTime() - start).toSeconds();
			boolean healed = soak.awaitHealed();
			MarkdownTable.head("JDK", "seconds", "borrows", "leaked", "reclaimed", "nested refused", "timed out",
					"failures", "pool at the end", "sessions");
			MarkdownTable.row(Runtime.version().feature(), seconds, String.format(Locale.ROOT, "%,d", soak.done.sum()),
					soak.leaked, soak.leases.counters().reclaimed(), soak.refused, soak.timedOut, soak.failures.size(),
					healed ? "full" : "not full", sessions(server));
			soak.failures.stream().limit(20).forEach(System.err::println);
			if (!healed || !soak.failures.isEmpty()) {
				throw new IllegalStateException("The soak failed");
			}
		}
	}

	private static GuardedDataSource pool(EmbeddedPostgresServer server) {
		HikariDataSource plain = new HikariDataSource();
		plain.setJdbcUrl(server.jdbcUrl("postgres"));
		plain.setUsername(server.user());
		plain.setMaximumPoolSize(POOL_SIZE);
		plain.setPoolName("soak");
		plain.setConnectionTimeout(Duration.ofMinutes(1).toMillis());
		return GuardedDataSource.of(plain, "soak",
				new LeakSettings(PgkeelMode.ENFORCE, Duration.ofSeconds(30), true, LeakCapture.ADAPTIVE, true),
				(leak) -> {
				});
	}

	private int work() {
		int rounds = 0;
		while (System.nanoTime() < this.end) {
			try {
				round(ThreadLocalRandom.current());
				rounds++;
				this.done.increment();
				TimeUnit.MILLISECONDS.sleep(ThreadLocalRandom.current().nextInt(LONGEST_PAUSE_MILLIS));
			}
			catch (NestedConnectionException ex) {
				this.refused.increment();
			}
			catch (PoolExhaustedException ex) {
				this.timedOut.increment();
			}
			catch (SQLException | InterruptedException ex) {
				fail(ex.toString());
			}
		}
		return rounds;
	}

	private void round(ThreadLocalRandom random) throws SQLException, InterruptedException {
		if (random.nextInt(LEAK_ONCE_IN) == 0) {
			this.leaked.increment();
			pid(this.pool.getConnection());
			return;
		}
		try (Connection connection = this.pool.getConnection()) {
			int pid = pid(connection);
			if (random.nextInt(NEST_ONCE_IN) == 0) {
				try (Connection inner = this.pool.getConnection()) {
					if (pid(inner) == pid) {
						fail("one session lent twice");
					}
				}
			}
			switch (random.nextInt(8)) {
				case 0 -> TimeUnit.MILLISECONDS.sleep(5);
				case 1 -> transaction(connection);
				case 2 -> rows(connection);
				default -> connection.isValid(5);
			}
			if (pid(connection) != pid) {
				fail("another session");
			}
		}
	}

	private static void transaction(Connection connection) throws SQLException {
		connection.setAutoCommit(false);
		try (PreparedStatement statement = connection.prepareStatement("select ?::int + txid_current()")) {
			statement.setInt(1, 1);
			statement.executeQuery();
			connection.commit();
		}
		finally {
			connection.setAutoCommit(true);
		}
	}

	private static void rows(Connection connection) throws SQLException {
		ResultSet rows = connection.createStatement().executeQuery("select generate_series(1, 100)");
		int sum = 0;
		while (rows.next()) {
			sum += rows.getInt(1);
		}
		if (sum != 5050) {
			throw new SQLException("rows are missing: " + sum);
		}
		rows.getStatement().close();
	}

	private static int pid(Connection connection) throws SQLException {
		ResultSet row = connection.createStatement().executeQuery("select pg_backend_pid()");
		row.next();
		return row.getInt(1);
	}

	private void fail(String failure) {
		synchronized (this.failures) {
			this.failures.add(failure);
		}
	}

	/**
	 * The leaks of the last moments are proven because somebody starves: so this asks for
	 * the whole pool at the same time.
	 */
	private boolean awaitHealed() throws Exception {
		List<Connection> all = new ArrayList<>();
		try {
			for (int borrow = 0; borrow < POOL_SIZE; borrow++) {
				all.add(VirtualThreads.run(1, this.pool::getConnection).get(0));
			}
			for (int look = 0; look < 100 && this.leases.counters().reclaimed() < this.leaked.sum(); look++) {
				TimeUnit.MILLISECONDS.sleep(50);
			}
			return this.leases.counters().reclaimed() == this.leaked.sum();
		}
		catch (ExecutionException ex) {
			fail(String.valueOf(ex.getCause()));
			return false;
		}
		finally {
			for (Connection connection : all) {
				connection.close();
			}
		}
	}

	private static int sessions(EmbeddedPostgresServer server) throws SQLException {
		try (Connection connection = DriverManager.getConnection(server.jdbcUrl("postgres"), server.user(), "");
				Statement statement = connection.createStatement();
				ResultSet row = statement.executeQuery("select count(*) from pg_stat_activity"
						+ " where backend_type = 'client backend' and pid <> pg_backend_pid()")) {
			row.next();
			return row.getInt(1);
		}
	}

}
