package dev.pgkeel.testsupport;

import java.io.IOException;
import java.io.UncheckedIOException;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;

/**
 * A PostgreSQL server of a test's own, with as much room as it wants.
 */
public final class SmallServer implements AutoCloseable {

	private final EmbeddedPostgres server;

	private SmallServer(EmbeddedPostgres server) {
		this.server = server;
	}

	/**
	 * Starts a server.
	 * @param maxConnections its {@code max_connections}
	 * @return the server
	 */
	public static SmallServer start(int maxConnections) {
		try {
			return new SmallServer(EmbeddedPostgres.builder()
				.setServerConfig("max_connections", String.valueOf(maxConnections))
				.start());
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * Returns its database, as the superuser sees it.
	 * @return the database
	 */
	public TestDatabase database() {
		String url = "jdbc:postgresql://localhost:" + this.server.getPort() + "/postgres";
		return new TestDatabase("postgres", url, url, "postgres", "postgres");
	}

	@Override
	public void close() {
		try {
			this.server.close();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

}
