package dev.pgkeel.benchmarks.lease;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

import javax.sql.DataSource;

import dev.pgkeel.benchmarks.MarkdownTable;
import dev.pgkeel.benchmarks.lease.Contender.Pool;
import dev.pgkeel.benchmarks.lease.Contender.Target;
import dev.pgkeel.embedded.EmbeddedPostgresServer;

/**
 * What remains of a lease's cost beside one {@code SELECT 1} on a real server. Where a
 * query takes 20 us, the machine's moods are larger than the difference: so the pools
 * take turns in slices of 100 ms on the same server, and each pair of slices gives one
 * ratio.
 */
public final class QueryComparison {

	private static final long SLICE_NANOS = Duration.ofMillis(100).toNanos();

	private static final int WARMUP_PAIRS = 30;

	private static final int PAIRS = 300;

	private QueryComparison() {
	}

	/**
	 * Runs the comparison.
	 * @param arguments none
	 * @throws Exception if it cannot run
	 */
	public static void main(String[] arguments) throws Exception {
		try (EmbeddedPostgresServer server = EmbeddedPostgresServer.start(null, 0)) {
			Target target = new Target(org.postgresql.Driver.class.getName(), server.jdbcUrl("postgres"),
					server.user());
			try (Pool plain = Contender.HIKARI.open(target, 2, Duration.ofSeconds(10));
					Pool guarded = Contender.GUARDED.open(target, 2, Duration.ofSeconds(10))) {
				compare(plain.dataSource(), guarded.dataSource());
			}
		}
	}

	private static void compare(DataSource plain, DataSource guarded) throws SQLException {
		List<Double> rates = new ArrayList<>();
		List<Double> ratios = new ArrayList<>();
		for (int pair = -WARMUP_PAIRS; pair < PAIRS; pair++) {
			boolean plainFirst = pair % 2 == 0;
			double first = perSecond(plainFirst ? plain : guarded);
			double second = perSecond(plainFirst ? guarded : plain);
			if (pair >= 0) {
				rates.add(plainFirst ? first : second);
				ratios.add(plainFirst ? second / first : first / second);
			}
		}
		MarkdownTable.head("JDK", "HikariCP per second", "pgkeel, times as many", "quartiles");
		MarkdownTable.row(Runtime.version().feature(), String.format(Locale.ROOT, "%,.0f", quantile(rates, 2)),
				String.format(Locale.ROOT, "%.3f", quantile(ratios, 2)),
				String.format(Locale.ROOT, "%.3f, %.3f", quantile(ratios, 1), quantile(ratios, 3)));
	}

	private static double quantile(List<Double> values, int quarter) {
		Stream<Double> sorted = values.stream().sorted();
		return sorted.toList().get((values.size() - 1) * quarter / 4);
	}

	private static double perSecond(DataSource dataSource) throws SQLException {
		long start = System.nanoTime();
		long queries = 0;
		long elapsed = 0;
		while (elapsed < SLICE_NANOS) {
			queries += query(dataSource);
			elapsed = System.nanoTime() - start;
		}
		return queries * 1e9 / elapsed;
	}

	private static int query(DataSource dataSource) throws SQLException {
		try (Connection connection = dataSource.getConnection();
				Statement statement = connection.createStatement();
				ResultSet row = statement.executeQuery("SELECT 1")) {
			row.next();
			return row.getInt(1);
		}
	}

}
