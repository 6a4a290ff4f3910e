package dev.pgkeel.benchmarks.monitor;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Random;

import com.zaxxer.hikari.HikariDataSource;
import dev.pgkeel.server.ApplicationInstance;
import dev.pgkeel.server.MonitorSchedule;
import dev.pgkeel.server.Preflight;
import dev.pgkeel.server.Refusals;
import dev.pgkeel.server.Sentinel;
import dev.pgkeel.server.ServerMonitor;

/**
 * What one question of the monitor costs the server, by {@code pg_stat_statements}
 * (planning and execution), and how long the monitor waits for the answer.
 */
public final class MonitorCost {

	private static final int WARM_UP = 200;

	private static final int POLLS = 500;

	private MonitorCost() {
	}

	/**
	 * Measures.
	 * @param arguments numbers of sessions on the server, if not 100 and 500
	 * @throws Exception if it cannot run
	 */
	public static void main(String[] arguments) throws Exception {
		List<String> numbers = (arguments.length > 0) ? List.of(arguments) : List.of("100", "500");
		System.out
			.println("| sessions | role | statements per poll | server: mean ms | longest ms | polls | shortest ms |"
					+ " median ms | 99 % ms | longest ms |");
		System.out.println("|---|---|---|---|---|---|---|---|---|---|");
		for (String number : numbers) {
			int sessions = Integer.parseInt(number);
			try (CrowdedServer server = new CrowdedServer(sessions + 100)) {
				server.crowd(sessions);
				measure(server, sessions, "ordinary");
				server.execute("grant pg_monitor to watcher");
				measure(server, sessions, "pg_monitor");
			}
		}
	}

	private static void measure(CrowdedServer server, int sessions, String role) throws Exception {
		HikariDataSource pool = new HikariDataSource();
		pool.setJdbcUrl(server.url());
		pool.setUsername("watcher");
		Sentinel sentinel = new Sentinel(new Preflight(pool)::connectBare, new ApplicationInstance("notes", "abc123"),
				Duration.ofSeconds(2));
		ServerMonitor monitor = new ServerMonitor(sentinel,
				new MonitorSchedule(Duration.ofSeconds(15), Duration.ofSeconds(5)), new Refusals(), List.of(),
				Clock.systemUTC(), new Random(1));
		Timings.of(WARM_UP, monitor::poll);
		server.execute("select pg_stat_statements_reset()");
		Timings waited = Timings.of(POLLS, monitor::poll);
		if (monitor.current() == null || monitor.current().total() < sessions) {
			throw new IllegalStateException("The monitor does not see the sessions: " + monitor.state());
		}
		System.out.println("| " + sessions + " | " + role + " | " + serverCost(server) + " " + waited);
		monitor.stop();
		pool.close();
	}

	private static String serverCost(CrowdedServer server) throws SQLException {
		try (Connection connection = server.connect("postgres");
				Statement statement = connection.createStatement();
				ResultSet row = statement.executeQuery("""
						select sum(calls)::float / %d, sum(total_exec_time + total_plan_time) / sum(calls),
						  max(max_exec_time + max_plan_time)
						from pg_stat_statements where userid = 'watcher'::regrole""".formatted(POLLS))) {
			row.next();
			return String.format(Locale.ROOT, "%.2f | %.2f | %.2f", row.getDouble(1), row.getDouble(2),
					row.getDouble(3));
		}
	}

}
