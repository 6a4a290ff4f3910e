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

	/**
	 * At more than this many leaks per second the others hardly serve at all.
	 */
	private static final int MOST_FOR_OTHERS = 1;

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
				for (int rate : new int[] { 0, 1, 2, 5 }) {
					if (contender == Contender.GUARDED || rate <= MOST_FOR_OTHERS) {
						MarkdownTable.row(contender.title(), rate, storm.run(server, contender, rate));
					}
				}
			}
		}
	}

	private String run(EmbeddedPostgresServer server, Contender contender, int rate)
			throws IOException, InterruptedException, SQLException {
		String name = (contender + "-" + rate).toLowerCase(Locale.ROOT);
		String database = "storm_" + name.replace('-', '_');
		try (Connection connection = DriverManager.getConnection(server.jdbcUrl("postgres"), server.user(), "");
				Statement statement = connection.createStatement()) {
			statement.execute("drop database if exists " + database);
			statement.execute("create database " + database);
		}
		return new ServiceProcess(this.directory, name, JVM_OPTIONS).run(LeakyService.class, contender.name(),
				server.jdbcUrl(database), server.user(), String.valueOf(rate), String.valueOf(this.seconds));
	}

}
