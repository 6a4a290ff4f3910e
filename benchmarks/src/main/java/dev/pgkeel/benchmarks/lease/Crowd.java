package dev.pgkeel.benchmarks.lease;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

import dev.pgkeel.benchmarks.MarkdownTable;
import dev.pgkeel.benchmarks.lease.Contender.Pool;
import dev.pgkeel.benchmarks.lease.Contender.Target;
import dev.pgkeel.embedded.EmbeddedPostgresServer;

/**
 * Far more virtual threads than connections, which borrow again at once: newcomers take
 * connections past those that wait, and some of these wait for longer than a minute.
 * Nobody leaks. JDK 21 or later.
 */
public final class Crowd {

	private static final int THREADS = 2000;

	private static final int POOL_SIZE = 20;

	private static final Duration LENGTH = Duration.ofSeconds(100);

	private static final Duration PATIENCE = Duration.ofMinutes(1);

	private final Pool pool;

	private final long end = System.nanoTime() + LENGTH.toNanos();

	private final LongAdder served = new LongAdder();

	private final LongAdder timedOut = new LongAdder();

	private Crowd(Pool pool) {
		this.pool = pool;
	}

	/**
	 * Runs the comparison.
	 * @param arguments none
	 * @throws Exception if it cannot run
	 */
	public static void main(String[] arguments) throws Exception {
		MarkdownTable.head("pool", "borrows in " + LENGTH.toSeconds() + " s", "timed out after a minute");
		for (Contender contender : List.of(Contender.HIKARI, Contender.GUARDED)) {
			try (EmbeddedPostgresServer server = EmbeddedPostgresServer.start(null, 0);
					Pool pool = contender.open(new Target(org.postgresql.Driver.class.getName(),
							server.jdbcUrl("postgres"), server.user()), POOL_SIZE, PATIENCE)) {
				Crowd crowd = new Crowd(pool);
				VirtualThreads.run(THREADS, crowd::work);
				MarkdownTable.row(contender.title(), String.format("%,d", crowd.served.sum()),
						String.format("%,d", crowd.timedOut.sum()));
			}
		}
	}

	private int work() throws SQLException, InterruptedException {
		int rounds = 0;
		while (System.nanoTime() < this.end) {
			try (Connection connection = this.pool.dataSource().getConnection();
					Statement statement = connection.createStatement()) {
				statement.execute("select pg_backend_pid()");
				if (ThreadLocalRandom.current().nextInt(8) == 0) {
					TimeUnit.MILLISECONDS.sleep(5);
				}
				this.served.increment();
			}
			catch (SQLTransientConnectionException ex) {
				this.timedOut.increment();
			}
			rounds++;
		}
		return rounds;
	}

}
