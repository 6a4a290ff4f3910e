package dev.pgkeel.testsupport;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

import org.awaitility.Awaitility;

import org.springframework.util.FileSystemUtils;

/**
 * A real PgBouncer in front of the shared server. Tests that use it need the component
 * {@code pgbouncer}.
 */
public final class PgBouncer implements AutoCloseable {

	private final Path folder;

	private final int port;

	private final Process process;

	private PgBouncer(Path folder, int port, Process process) {
		this.folder = folder;
		this.port = port;
		this.process = process;
	}

	/**
	 * Starts a PgBouncer.
	 * @param mode its pool mode
	 * @param settings lines for its section {@code [pgbouncer]}
	 * @return the PgBouncer, which answers
	 */
	public static PgBouncer start(Mode mode, String... settings) {
		try {
			Path folder = Files.createTempDirectory("pgkeel-pgbouncer-");
			Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
			int port = freePort();
			List<String> lines = new ArrayList<>(
					List.of("[databases]", "* = host=127.0.0.1 port=" + TestServer.shared().port(), "[pgbouncer]",
							"listen_addr = 127.0.0.1", "listen_port = " + port, "unix_socket_dir =",
							"auth_type = trust", "auth_file = " + folder.resolve("users.txt"), "max_client_conn = 200",
							"default_pool_size = 20", "pool_mode = " + mode.name().toLowerCase(Locale.ROOT)));
			lines.addAll(List.of(settings));
			Files.write(folder.resolve("users.txt"), List.of("\"postgres\" \"\""));
			Files.write(folder.resolve("pgbouncer.ini"), lines);
			PgBouncer pooler = new PgBouncer(folder, port, launch(folder));
			Awaitility.await().atMost(Duration.ofSeconds(30)).until(pooler::answers);
			return pooler;
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * PgBouncer refuses to run as root.
	 */
	private static Process launch(Path folder) throws IOException {
		String program = Files.exists(Path.of("/usr/sbin/pgbouncer")) ? "/usr/sbin/pgbouncer" : "pgbouncer";
		List<String> command = new ArrayList<>(List.of(program));
		if ("root".equals(System.getProperty("user.name"))) {
			command.addAll(List.of("-u", "nobody"));
		}
		command.add(folder.resolve("pgbouncer.ini").toString());
		return new ProcessBuilder(command).redirectErrorStream(true)
			.redirectOutput(folder.resolve("pgbouncer.log").toFile())
			.start();
	}

	private static int freePort() throws IOException {
		try (ServerSocket socket = new ServerSocket(0)) {
			return socket.getLocalPort();
		}
	}

	private boolean answers() throws IOException {
		if (!this.process.isAlive()) {
			throw new IllegalStateException(Files.readString(this.folder.resolve("pgbouncer.log")));
		}
		try {
			DriverManager.getConnection(jdbcUrl("postgres"), "postgres", "").close();
			return true;
		}
		catch (SQLException ex) {
			return false;
		}
	}

	/**
	 * Returns the way to a database through the pooler.
	 * @param database the database
	 * @return the JDBC URL
	 */
	public String jdbcUrl(String database) {
		return "jdbc:postgresql://127.0.0.1:" + this.port + "/" + database;
	}

	@Override
	public void close() {
		this.process.destroy();
		try {
			this.process.waitFor();
			FileSystemUtils.deleteRecursively(this.folder);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * How long a connection has a session of the server.
	 */
	public enum Mode {

		/**
		 * As long as it lives.
		 */
		SESSION,

		/**
		 * For one transaction.
		 */
		TRANSACTION,

		/**
		 * For one statement.
		 */
		STATEMENT

	}

}
