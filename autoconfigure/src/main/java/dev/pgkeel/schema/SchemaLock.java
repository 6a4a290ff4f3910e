package dev.pgkeel.schema;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.random.RandomGenerator;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

/**
 * The lock under which one instance applies the scripts while the others wait. It belongs
 * to the transaction, so that it ends with it, whatever happens to the instance, and
 * works through a pooler in transaction mode.
 * <p>
 * Each attempt is a transaction of its own: waiting inside one, with
 * {@code pg_advisory_lock}, holds a snapshot, and ends in a deadlock when the holder
 * builds an index concurrently (seen on PostgreSQL 15 to 18).
 */
final class SchemaLock {

	private static final Log logger = LogFactory.getLog(SchemaLock.class);

	/**
	 * "pgkeel" in ASCII, and 1 for the schema: the same for all applications on a
	 * database, since their scripts may touch the same objects.
	 */
	private static final long KEY = 0x70676b65656c_0001L;

	private static final String TRY_LOCK = "select pg_catalog.pg_try_advisory_xact_lock(" + KEY + ")";

	private static final String KEEP = "select pg_catalog.pg_advisory_lock(" + KEY + ")";

	private static final String RELEASE = "select pg_catalog.pg_advisory_unlock(" + KEY + ")";

	private static final String HOLDER = """
			select l.pid, a.usename, a.application_name, a.state,
			  pg_catalog.date_trunc('second', coalesce(a.xact_start, a.state_change))::text as since
			from pg_catalog.pg_locks l left join pg_catalog.pg_stat_activity a on a.pid = l.pid
			where l.locktype = 'advisory' and l.granted and l.objsubid = 1
			  and l.classid = %d and l.objid = %d
			  and l.database = (select oid from pg_catalog.pg_database where datname = pg_catalog.current_database())
			""".formatted(KEY >>> 32, KEY & 0xffffffffL);

	private static final int SHORTEST_PAUSE = 100;

	private static final int LONGEST_PAUSE = 300;

	private final Duration timeout;

	private final RandomGenerator random;

	SchemaLock(Duration timeout, RandomGenerator random) {
		this.timeout = timeout;
		this.random = random;
	}

	/**
	 * Takes the lock. The transaction that holds it is open afterwards.
	 * @param connection a connection without autocommit and without a transaction
	 * @throws SQLException if the server cannot be asked
	 * @throws SchemaScriptException if another session holds the lock for too long
	 */
	void acquire(Connection connection) throws SQLException {
		long start = System.nanoTime();
		boolean announced = false;
		while (!ask(connection, TRY_LOCK)) {
			String holder = holder(connection);
			connection.rollback();
			if (!announced) {
				logger.info("Another instance is applying the schema scripts: waiting for up to "
						+ this.timeout.toSeconds() + " s (pgkeel.schema.lock-timeout) for " + holder);
				announced = true;
			}
			if (System.nanoTime() - start > this.timeout.toNanos()) {
				throw timedOut(holder);
			}
			sleep(this.random.nextLong(SHORTEST_PAUSE, LONGEST_PAUSE));
		}
	}

	/**
	 * Keeps the lock beyond the end of the transaction that holds it, for the session.
	 * @param connection the connection, with a transaction that holds the lock
	 * @throws SQLException if the server cannot be asked
	 */
	void keep(Connection connection) throws SQLException {
		try (Statement statement = connection.createStatement()) {
			statement.execute(KEEP);
		}
	}

	/**
	 * Ends what {@link #keep} began.
	 * @param connection the connection, in autocommit mode
	 * @throws SQLException if the server cannot be asked
	 */
	void release(Connection connection) throws SQLException {
		try (Statement statement = connection.createStatement()) {
			statement.execute(RELEASE);
		}
	}

	private static boolean ask(Connection connection, String question) throws SQLException {
		try (Statement statement = connection.createStatement(); ResultSet row = statement.executeQuery(question)) {
			row.next();
			return row.getBoolean(1);
		}
	}

	private static String holder(Connection connection) throws SQLException {
		try (Statement statement = connection.createStatement(); ResultSet row = statement.executeQuery(HOLDER)) {
			if (!row.next()) {
				return "a session that has just ended";
			}
			String application = row.getString("application_name");
			String since = row.getString("since");
			return "pid " + row.getInt("pid") + " ("
					+ ((application == null || application.isEmpty()) ? "no application name" : application) + ", role "
					+ row.getString("usename") + ", since " + ((since != null) ? since : "unknown") + ")";
		}
	}

	static void sleep(long millis) {
		try {
			Thread.sleep(millis);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new SchemaScriptException("Interrupted while waiting to apply the schema scripts",
					"Start the application again.", ex);
		}
	}

	private SchemaScriptException timedOut(String holder) {
		return new SchemaScriptException(
				"Another session has been applying schema scripts for longer than pgkeel.schema.lock-timeout ("
						+ this.timeout.toSeconds() + " s): " + holder,
				"Wait for it, end it (select pg_terminate_backend(pid)), or raise pgkeel.schema.lock-timeout.", null);
	}

}
