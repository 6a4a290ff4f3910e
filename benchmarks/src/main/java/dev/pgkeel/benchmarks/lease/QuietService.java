package dev.pgkeel.benchmarks.lease;

import java.lang.ref.Reference;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

import javax.sql.DataSource;

import dev.pgkeel.benchmarks.lease.Contender.Pool;
import dev.pgkeel.benchmarks.lease.Contender.Target;

/**
 * An application that leaks its whole pool, is quiet for a while, and then borrows once
 * more. {@link QuietLeak} starts it. Nothing here asks for a collection, and what it
 * allocates is not worth one.
 */
public final class QuietService {

	private static final int POOL_SIZE = 10;

	private static final int LIVE_MEGABYTES = 100;

	private static final Duration PATIENCE = Duration.ofSeconds(5);

	private QuietService() {
	}

	/**
	 * Runs the application.
	 * @param arguments the contender, the URL and the role
	 * @throws Exception if it cannot run
	 */
	public static void main(String[] arguments) throws Exception {
		List<byte[]> live = new ArrayList<>();
		for (int i = 0; i < LIVE_MEGABYTES; i++) {
			live.add(new byte[1 << 20]);
		}
		Target target = new Target(org.postgresql.Driver.class.getName(), arguments[1], arguments[2]);
		try (Pool pool = Contender.valueOf(arguments[0]).open(target, POOL_SIZE, PATIENCE)) {
			for (int i = 0; i < POOL_SIZE; i++) {
				leak(pool.dataSource());
			}
			TimeUnit.SECONDS.sleep(5);
			long start = System.nanoTime();
			boolean answered = isAnswered(pool.dataSource());
			System.out.printf(Locale.ROOT, "%s%s%.2f s%n", ServiceProcess.RESULT, answered ? "" : "none within ",
					(System.nanoTime() - start) / 1e9);
		}
		Reference.reachabilityFence(live);
	}

	private static void leak(DataSource dataSource) throws SQLException {
		dataSource.getConnection().createStatement().execute("select 1");
	}

	private static boolean isAnswered(DataSource dataSource) {
		try (Connection connection = dataSource.getConnection(); Statement statement = connection.createStatement()) {
			return statement.execute("select 1");
		}
		catch (SQLException ex) {
			return false;
		}
	}

}
