package dev.pgkeel.benchmarks.lease;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Locale;

import dev.pgkeel.benchmarks.MarkdownTable;
import dev.pgkeel.embedded.EmbeddedPostgresServer;

/**
 * How pools live with leaks: {@link LeakyService} once for each pool and rate of leaks,
 * one process after the other, on one server. Prints a table; the logs of the collections
 * are kept.
 */
public final class LeakStorm {

	private static final List<Contender> CONTENDERS = List.of(Contender.GUARDED, Contender.HIKARI,
			Contender.HIKARI_DETECTION, Contender.TOMCAT_REMOVE);

	private static final List<String> LEAKS_PER_SECOND = List.of("0", "0.2", "0.5", "1", "2", "5");

	private static final List<String> JVM_OPTIONS = List.of("-Xmx512m");

	private final Path directory;

	private final int seconds;

	private LeakStorm(Path directory, int seconds) {
		this.directory = directory;
		this.seconds = seconds;
	}

	/**
	 * Runs the storm.
	 * @param arguments where the logs go, then optionally the seconds of each run
	 * @throws Exception if it cannot run
	 */
	public static void main(String[] arguments) throws Exception {
		Path directory = Files.createDirectories(Path.of(arguments[0]));
		int seconds = (arguments.length > 1) ? Integer.parseInt(arguments[1]) : 60;
		LeakStorm storm = new LeakStorm(directory, seconds);
		MarkdownTable.head("pool", "leaks/s", "leaked", "served", "failed", "longest wait ms", "sessions",
				"long work done", "long work killed");
		try (EmbeddedPostgresServer server = EmbeddedPostgresServer.start(null, 0)) {
			for (Contender contender : CONTENDERS) {
				for (String rate : LEAKS_PER_SECOND) {
					MarkdownTable.row(contender.title(), rate, storm.run(server, contender, rate));
				}
			}
		}
	}

	private String run(EmbeddedPostgresServer server, Contender contender, String rate)
			throws IOException, InterruptedException, SQLException {
		String name = (contender + "-" + rate).toLowerCase(Locale.ROOT);
		String database = "storm_" + name.replaceAll("\\W", "_");
		try (Connection connection = DriverManager.getConnection(server.jdbcUrl("postgres"), server.user(), "");
				Statement statement = connection.createStatement()) {
			statement.execute("drop database if exists " + database);
			statement.execute("create database " + database);
		}
		return new ServiceProcess(this.directory, name, JVM_OPTIONS).run(LeakyService.class, contender.name(),
				server.jdbcUrl(database), server.user(), rate, String.valueOf(this.seconds));
	}

}
