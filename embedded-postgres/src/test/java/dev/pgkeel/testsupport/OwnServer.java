package dev.pgkeel.testsupport;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;

import org.springframework.util.FileSystemUtils;

/**
 * A PostgreSQL server with settings of its own, which a test may fill, stop and start
 * again.
 */
public final class OwnServer implements AutoCloseable {

	private final Path folder;

	private final String[] settings;

	private EmbeddedPostgres server;

	private OwnServer(Path folder, String[] settings) throws IOException {
		this.folder = folder;
		this.settings = settings;
		this.server = start(0);
	}

	/**
	 * Starts a server.
	 * @param settings its settings, as {@code name=value}
	 * @return the server
	 */
	public static OwnServer start(String... settings) {
		try {
			return new OwnServer(Files.createTempDirectory("pgkeel-own-server-"), settings);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private EmbeddedPostgres start(int port) throws IOException {
		EmbeddedPostgres.Builder builder = EmbeddedPostgres.builder()
			.setPort(port)
			// After a crash it has to recover first
			.setPGStartupWait(Duration.ofSeconds(60))
			.setDataDirectory(this.folder.resolve("data"))
			.setCleanDataDirectory(false);
		for (String setting : this.settings) {
			String[] parts = setting.split("=", 2);
			builder.setServerConfig(parts[0], parts[1]);
		}
		return builder.start();
	}

	/**
	 * Returns the database, as the superuser sees it.
	 * @return the database
	 */
	public TestDatabase database() {
		String url = "jdbc:postgresql://localhost:" + this.server.getPort() + "/postgres";
		return new TestDatabase("postgres", url, url, "postgres", "");
	}

	/**
	 * Stops the server. Its sessions end.
	 */
	public void stop() {
		try {
			this.server.close();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * Kills the server, and every process that it has started.
	 */
	public void crash() {
		try {
			long postmaster = Long.parseLong(Files.readAllLines(this.folder.resolve("data/postmaster.pid")).get(0));
			ProcessHandle server = ProcessHandle.of(postmaster).orElseThrow();
			List<ProcessHandle> all = Stream.concat(Stream.of(server), server.descendants()).toList();
			all.forEach(ProcessHandle::destroyForcibly);
			for (ProcessHandle process : all) {
				process.onExit().join();
			}
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		stop();
	}

	/**
	 * Starts the stopped server again, with its data and on its port.
	 */
	public void startAgain() {
		try {
			this.server = start(this.server.getPort());
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	@Override
	public void close() {
		stop();
		FileSystemUtils.deleteRecursively(this.folder.toFile());
	}

}
