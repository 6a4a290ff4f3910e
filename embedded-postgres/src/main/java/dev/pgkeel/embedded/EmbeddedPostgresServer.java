package dev.pgkeel.embedded;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import org.springframework.util.FileSystemUtils;

/**
 * A running PostgreSQL server that listens on the loopback interface and trusts whoever
 * connects there. Safe for use by several threads.
 *
 * @since 0.1.0
 */
public final class EmbeddedPostgresServer implements AutoCloseable {

	private static final Log logger = LogFactory.getLog(EmbeddedPostgresServer.class);

	private static final Duration START_TIMEOUT = Duration.ofSeconds(60);

	private static final String USER = "postgres";

	private final EmbeddedPostgres server;

	private final String version;

	private final Path runDirectory;

	private final ServerLog log;

	private final AtomicBoolean closed = new AtomicBoolean();

	private EmbeddedPostgresServer(EmbeddedPostgres server, Path runDirectory, ServerLog log)
			throws IOException, SQLException {
		this.server = server;
		this.runDirectory = runDirectory;
		this.log = log;
		try (Connection connection = server.getPostgresDatabase().getConnection()) {
			refuseServerOfAnotherStart(connection, mark(runDirectory));
			this.version = connection.getMetaData().getDatabaseProductVersion();
		}
	}

	/**
	 * The port was free before the data were made, and another start may have been
	 * quicker.
	 */
	private static void refuseServerOfAnotherStart(Connection connection, String mark)
			throws IOException, SQLException {
		try (Statement statement = connection.createStatement();
				ResultSet row = statement.executeQuery("select current_setting('pgkeel.start', true)")) {
			row.next();
			if (!mark.equals(row.getString(1))) {
				throw new BindException("another program listens there");
			}
		}
	}

	/**
	 * Starts a server.
	 * @param dataDirectory the directory that keeps the data, {@code null} to throw the
	 * data away with the server
	 * @param port the port to listen on, 0 for any free one
	 * @return the server, which answers
	 * @throws EmbeddedPostgresException if it cannot be started
	 */
	public static EmbeddedPostgresServer start(@Nullable Path dataDirectory, int port) {
		return start(dataDirectory, port, START_TIMEOUT);
	}

	static EmbeddedPostgresServer start(@Nullable Path dataDirectory, int port, Duration timeout) {
		return Undisturbed.get(() -> startHere(dataDirectory, port, timeout));
	}

	private static EmbeddedPostgresServer startHere(@Nullable Path dataDirectory, int port, Duration timeout) {
		refuseIfTaken(port);
		DataDirectory kept = (dataDirectory != null) ? new DataDirectory(dataDirectory.toAbsolutePath().normalize())
				: null;
		if (kept != null) {
			kept.prepare();
		}
		Path runDirectory = createRunDirectory();
		StartWatch watch = new StartWatch(Thread.currentThread());
		ServerLog log = new ServerLog(runDirectory.resolve("server.log"), watch::line);
		try {
			EmbeddedPostgres server = builder(kept, runDirectory, port).setPGStartupWait(timeout).start();
			if (watch.end()) {
				throw new IOException("it ended at once");
			}
			return started(new EmbeddedPostgresServer(server, runDirectory, log), kept);
		}
		catch (IOException | SQLException | RuntimeException ex) {
			watch.end();
			// The library forgets a server that runs, but does not answer it
			new Postmaster((kept != null) ? kept.path() : runDirectory.resolve("data"))
				.stopIfStartedWith(mark(runDirectory));
			log.close();
			FileSystemUtils.deleteRecursively(runDirectory.toFile());
			if (port != 0 && StartFailure.isPortTaken(ex, log.lastLines())) {
				throw unusable(port, "another program listens there", ex);
			}
			throw (ex instanceof EmbeddedPostgresException explained) ? explained
					: StartFailure.of(ex, log.lastLines(), kept);
		}
	}

	private static EmbeddedPostgresServer started(EmbeddedPostgresServer server, @Nullable DataDirectory kept) {
		logger.info("PostgreSQL " + server.version + " is listening on localhost:" + server.port() + ", its data is "
				+ ((kept != null) ? "kept in " + kept.path() : "temporary"));
		return server;
	}

	private static EmbeddedPostgres.Builder builder(@Nullable DataDirectory kept, Path runDirectory, int port) {
		Redirect output = Redirect.appendTo(runDirectory.resolve("server.log").toFile());
		Programs programs = new Programs(programsDirectory(runDirectory));
		EmbeddedPostgres.Builder builder = EmbeddedPostgres.builder()
			.setPort(port)
			.setRegisterShutdownHook(false)
			.setPgBinaryResolver(programs)
			.setOverrideWorkingDirectory(programs.directory().toFile())
			.setOutputRedirector(output)
			.setErrorRedirector(output)
			// The library's own values suit tests that never look at a limit
			.setServerConfig("max_connections", "100")
			// PostgreSQL takes a name with a dot for a setting of somebody else
			.setServerConfig("pgkeel.start", mark(runDirectory))
			// A socket's lock file that a killed server of another user left behind would
			// be in the way
			.setServerConfig("unix_socket_directories", "");
		if (kept == null) {
			return builder.setDataDirectory(runDirectory.resolve("data"));
		}
		return builder.setDataDirectory(kept.path())
			.setCleanDataDirectory(false)
			.setServerConfig("fsync", "on")
			.setServerConfig("synchronous_commit", "on");
	}

	/**
	 * Tells this start from all others.
	 */
	private static String mark(Path runDirectory) {
		return runDirectory.getFileName().toString();
	}

	/**
	 * One directory per user: what root has unpacked, others may not be able to complete.
	 * The library lets everybody write to the one it works in, so that lies in another.
	 */
	private static Path programsDirectory(Path runDirectory) {
		OwnerOnlyDirectory directory = new OwnerOnlyDirectory(Path.of(System.getProperty("java.io.tmpdir"),
				"pgkeel-embedded-programs-" + System.getProperty("user.name")));
		directory.prepare(runDirectory);
		return directory.path().resolve("unpacked");
	}

	private static Path createRunDirectory() {
		try {
			return Files.createTempDirectory("pgkeel-postgres-");
		}
		catch (IOException ex) {
			throw new EmbeddedPostgresException(
					"No temporary directory can be created in " + System.getProperty("java.io.tmpdir") + ": " + ex,
					"Make it writable, or name another one with -Djava.io.tmpdir=...", ex);
		}
	}

	/**
	 * Without this, a server that is already there would be taken for the one just
	 * started.
	 */
	private static void refuseIfTaken(int port) {
		if (port == 0) {
			return;
		}
		try (ServerSocket socket = new ServerSocket()) {
			socket.setReuseAddress(true);
			socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
		}
		catch (IOException | IllegalArgumentException ex) {
			throw unusable(port, ex.getMessage(), ex);
		}
	}

	private static EmbeddedPostgresException unusable(int port, @Nullable String reason, Exception cause) {
		return new EmbeddedPostgresException("pgkeel.embedded.port is " + port + ", which cannot be used: " + reason,
				"Stop the program that listens there, choose another port, or leave the property out to get a free one.",
				cause);
	}

	/**
	 * Returns the port.
	 * @return the port on the loopback interface
	 */
	public int port() {
		return this.server.getPort();
	}

	/**
	 * Returns the superuser, whose password is not asked for.
	 * @return the role's name
	 */
	public String user() {
		return USER;
	}

	/**
	 * Returns the version.
	 * @return the server's version, such as {@code 18.6}
	 */
	public String version() {
		return this.version;
	}

	/**
	 * Returns the URL of a database.
	 * @param database the database, such as {@code postgres}
	 * @return the JDBC URL
	 */
	public String jdbcUrl(String database) {
		return "jdbc:postgresql://localhost:" + port() + "/" + database;
	}

	/**
	 * Stops the server, and removes its data unless they are to be kept. Sessions that
	 * are still open end.
	 */
	@Override
	public void close() {
		if (this.closed.compareAndSet(false, true)) {
			Undisturbed.run(this::stop);
		}
	}

	private void stop() {
		try {
			this.server.close();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		finally {
			this.log.close();
			FileSystemUtils.deleteRecursively(this.runDirectory.toFile());
		}
	}

}
