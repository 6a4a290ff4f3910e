package dev.pgkeel.benchmarks.lease;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

import dev.pgkeel.embedded.EmbeddedPostgresServer;

/**
 * How pools live with leaks: {@link LeakyService} once for each pool and rate of leaks,
 * one process after the other, on one server. Prints a table; the logs of the collections
 * are kept beside the results.
 */
public final class LeakStorm {

	private static final List<String> DEFAULT_CONTENDERS = List.of("HIKARI", "HIKARI_DETECTION", "TOMCAT_REMOVE",
			"GUARDED");

	private static final List<String> DEFAULT_RATES = List.of("0", "1");

	private final Path directory;

	private final int seconds;

	private final List<String> jvmOptions;

	private LeakStorm(Path directory, int seconds, List<String> jvmOptions) {
		this.directory = directory;
		this.seconds = seconds;
		this.jvmOptions = jvmOptions;
	}

	/**
	 * Runs the storm.
	 * @param arguments where the results go, then optionally the seconds of each run, the
	 * contenders and the leaks per second (both separated by commas), and options for the
	 * service's JVM
	 * @throws Exception if it cannot run
	 */
	public static void main(String[] arguments) throws Exception {
		Path directory = Files.createDirectories(Path.of(arguments[0]));
		int seconds = (arguments.length > 1) ? Integer.parseInt(arguments[1]) : 60;
		List<String> contenders = (arguments.length > 2) ? List.of(arguments[2].split(",")) : DEFAULT_CONTENDERS;
		List<String> rates = (arguments.length > 3) ? List.of(arguments[3].split(",")) : DEFAULT_RATES;
		List<String> options = (arguments.length > 4) ? List.of(arguments).subList(4, arguments.length)
				: List.of("-Xmx512m");
		LeakStorm storm = new LeakStorm(directory, seconds, options);
		List<String> rows = new ArrayList<>();
		rows.add("pool,leaks/s,leaked,served,failed,longest wait ms,sessions,long work done,long work killed");
		try (EmbeddedPostgresServer server = EmbeddedPostgresServer.start(null, 0)) {
			for (String rate : rates) {
				for (String contender : contenders) {
					rows.add(storm.run(server, contender, rate));
				}
			}
		}
		Files.write(directory.resolve("leak-storm.csv"), rows);
		System.out.println("JDK " + Runtime.version() + ", " + String.join(" ", options) + ", " + seconds + " s each");
		rows.forEach((row) -> System.out.println("| " + row.replace(",", " | ") + " |"));
	}

	private String run(EmbeddedPostgresServer server, String contender, String rate)
			throws IOException, InterruptedException, SQLException {
		String name = (contender + "-" + rate).toLowerCase(Locale.ROOT);
		String database = "storm_" + name.replaceAll("\\W", "_");
		try (Connection connection = DriverManager.getConnection(server.jdbcUrl("postgres"), server.user(), "");
				Statement statement = connection.createStatement()) {
			statement.execute("drop database if exists " + database);
			statement.execute("create database " + database);
		}
		return new ServiceProcess(this.directory, name, this.jvmOptions).run(LeakyService.class, contender,
				server.jdbcUrl(database), server.user(), rate, String.valueOf(this.seconds));
	}

}
