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
import dev.pgkeel.benchmarks.MarkdownTable;
import dev.pgkeel.server.ApplicationInstance;
import dev.pgkeel.server.MonitorSchedule;
import dev.pgkeel.server.Preflight;
import dev.pgkeel.server.Refusals;
import dev.pgkeel.server.Sentinel;
import dev.pgkeel.server.ServerMonitor;

/**
 * What one question of the monitor costs the server: its process's CPU time, and the time
 * of planning and execution by {@code pg_stat_statements}, which includes waiting for a
 * CPU. Then how long the monitor waits for the answer.
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
		MarkdownTable.head("sessions", "role", "statements per poll", "server: CPU ms", "mean ms", "shortest ms",
				"polls", "monitor: shortest ms", "median ms", "99 % ms", "longest ms");
		for (String number : numbers) {
			int sessions = Integer.parseInt(number);
			try (CrowdedServer server = new CrowdedServer(sessions + 100)) {
				server.crowd(sessions);
				measure(server, sessions, "ordinary");
				server.execute("grant pg_monitor to watcher");
				measure(server, sessions, "`pg_monitor`");
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
		ProcessHandle backend = backend(server);
		Duration before = backend.info().totalCpuDuration().orElseThrow();
		Timings waited = Timings.of(POLLS, monitor::poll);
		Duration cpu = backend.info().totalCpuDuration().orElseThrow().minus(before).dividedBy(POLLS);
		if (monitor.current() == null || monitor.current().total() < sessions) {
			throw new IllegalStateException("The monitor does not see the sessions: " + monitor.state());
		}
		System.out.println("| " + sessions + " | " + role + " | " + serverCost(server, cpu) + " " + waited);
		monitor.stop();
		pool.close();
	}

	private static ProcessHandle backend(CrowdedServer server) throws SQLException {
		try (Connection connection = server.connect("postgres");
				Statement statement = connection.createStatement();
				ResultSet row = statement
					.executeQuery("select pid from pg_stat_activity where application_name like 'notes monitor/%'")) {
			row.next();
			return ProcessHandle.of(row.getLong(1)).orElseThrow();
		}
	}

	private static String serverCost(CrowdedServer server, Duration cpu) throws SQLException {
		try (Connection connection = server.connect("postgres");
				Statement statement = connection.createStatement();
				ResultSet row = statement.executeQuery("""
						select sum(calls)::float / %d, sum(total_exec_time + total_plan_time) / sum(calls),
						  min(min_exec_time + min_plan_time)
						from pg_stat_statements where userid = 'watcher'::regrole""".formatted(POLLS))) {
			row.next();
			return String.format(Locale.ROOT, "%.2f | %.2f | %.2f | %.2f", row.getDouble(1),
					cpu.toNanos() / (double) Duration.ofMillis(1).toNanos(), row.getDouble(2), row.getDouble(3));
		}
	}

}
