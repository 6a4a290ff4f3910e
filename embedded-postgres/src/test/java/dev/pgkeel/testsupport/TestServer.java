package dev.pgkeel.testsupport;

import java.util.UUID;

import dev.pgkeel.embedded.EmbeddedPostgresServer;

/**
 * The PostgreSQL server that the tests of one JVM share.
 */
public final class TestServer {

	private static final TestServer SHARED = new TestServer();

	private final EmbeddedPostgresServer server = EmbeddedPostgresServer.start(null, 0);

	private TestServer() {
		Runtime.getRuntime().addShutdownHook(new Thread(this.server::close));
	}

	/**
	 * Returns the shared server, started on first use.
	 * @return the server
	 */
	public static TestServer shared() {
		return SHARED;
	}

	/**
	 * Creates an empty database that no other test uses.
	 * @return the database
	 */
	public TestDatabase newDatabase() {
		String name = "test_" + UUID.randomUUID().toString().replace('-', '_');
		database("postgres").execute("create database " + name);
		return database(name);
	}

	private TestDatabase database(String name) {
		return new TestDatabase(name, this.server.jdbcUrl(name), this.server.user(), "postgres");
	}

	/**
	 * Returns the port.
	 * @return the port on the loopback interface
	 */
	public int port() {
		return this.server.port();
	}

	/**
	 * Returns the major version.
	 * @return the major version, such as 18
	 */
	public int majorVersion() {
		return Integer.parseInt(this.server.version().replaceFirst("\\D.*", ""));
	}

}
