package dev.pgkeel.testsupport;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;

/**
 * A PostgreSQL server that asks one role, {@code notes}, for its password.
 */
public final class PasswordServer implements AutoCloseable {

	/**
	 * The role that is asked.
	 */
	public static final String USER = "notes";

	private final EmbeddedPostgres server;

	private PasswordServer(EmbeddedPostgres server) {
		this.server = server;
	}

	/**
	 * Starts a server.
	 * @param password the role's password
	 * @return the server
	 */
	public static PasswordServer start(String password) {
		try {
			PasswordServer server = new PasswordServer(
					EmbeddedPostgres.builder().setDataDirectoryCustomizer(PasswordServer::askForPassword).start());
			server.database().execute("create role " + USER + " login password '" + password + "'");
			return server;
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private static void askForPassword(File data) {
		try {
			Files.writeString(data.toPath().resolve("pg_hba.conf"),
					"host all " + USER + " all scram-sha-256\nhost all all all trust\n");
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * Returns the database, as the superuser sees it, who is not asked.
	 * @return the database
	 */
	public TestDatabase database() {
		String url = "jdbc:postgresql://localhost:" + this.server.getPort() + "/postgres";
		return new TestDatabase("postgres", url, url, "postgres", "");
	}

	/**
	 * Changes the password.
	 * @param password the role's new password
	 */
	public void change(String password) {
		database().execute("alter role " + USER + " password '" + password + "'");
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
