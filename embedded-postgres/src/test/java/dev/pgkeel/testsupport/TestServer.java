package dev.pgkeel.testsupport;

import java.util.Locale;
import java.util.UUID;

import dev.pgkeel.embedded.EmbeddedPostgresServer;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * The PostgreSQL server that the tests of one JVM share.
 */
public final class TestServer {

	private static final Log logger = LogFactory.getLog(TestServer.class);

	private static final String PREFIX = "test_";

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
		String name = PREFIX + UUID.randomUUID().toString().replace('-', '_');
		execute("create database " + name);
		return database(name);
	}

	/**
	 * Drops a database of the shared server, and ends its sessions. One that cannot be
	 * dropped, as with a prepared transaction, stays.
	 */
	static void drop(TestDatabase database) {
		if (!database.name().startsWith(PREFIX)) {
			return;
		}
		try {
			SHARED.execute("drop database if exists " + database.name() + " with (force)");
		}
		catch (IllegalStateException ex) {
			logger.debug("A test's database stays", ex);
		}
	}

	private void execute(String sql) {
		String url = this.server.jdbcUrl("postgres");
		new TestDatabase("postgres", url, url, this.server.user(), "").execute(sql);
	}

	private TestDatabase database(String name) {
		String directUrl = this.server.jdbcUrl(name);
		PgBouncer way = SharedPooler.INSTANCE;
		return new TestDatabase(name, (way != null) ? way.jdbcUrl(name) : directUrl, directUrl, this.server.user(),
				"postgres");
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

	/**
	 * The pooler that applications go through, if the tests are run with the system
	 * property {@code pgkeel.test.pooler}. Started on first use, when the server is up.
	 */
	private static final class SharedPooler {

		private static final @Nullable PgBouncer INSTANCE = start(System.getProperty("pgkeel.test.pooler"));

		private static @Nullable PgBouncer start(@Nullable String mode) {
			if (mode == null) {
				return null;
			}
			PgBouncer pooler = PgBouncer.start(PgBouncer.Mode.valueOf(mode.toUpperCase(Locale.ROOT)),
					"auth_user = postgres");
			Runtime.getRuntime().addShutdownHook(new Thread(pooler::close));
			return pooler;
		}

	}

}
