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

	private static final String TRY_LOCK = "select pg_try_advisory_xact_lock(" + KEY + ")";

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
		while (!tryAcquire(connection)) {
			connection.rollback();
			if (!announced) {
				logger.info("Another instance is applying the schema scripts: waiting for up to "
						+ this.timeout.toSeconds() + " s (pgkeel.schema.lock-timeout)");
				announced = true;
			}
			if (System.nanoTime() - start > this.timeout.toNanos()) {
				throw timedOut();
			}
			pause();
		}
	}

	private static boolean tryAcquire(Connection connection) throws SQLException {
		try (Statement statement = connection.createStatement(); ResultSet row = statement.executeQuery(TRY_LOCK)) {
			row.next();
			return row.getBoolean(1);
		}
	}

	private void pause() {
		try {
			Thread.sleep(this.random.nextInt(SHORTEST_PAUSE, LONGEST_PAUSE));
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new SchemaScriptException("Interrupted while another instance was applying the schema scripts",
					"Start the application again.", ex);
		}
	}

	private SchemaScriptException timedOut() {
		return new SchemaScriptException(
				"Another session has been applying schema scripts for longer than pgkeel.schema.lock-timeout ("
						+ this.timeout.toSeconds() + " s)",
				"Find it with \"select a.pid, a.application_name, a.xact_start, a.query from pg_locks l"
						+ " join pg_stat_activity a using (pid) where l.locktype = 'advisory' and l.granted\", wait for"
						+ " it or end it, or raise pgkeel.schema.lock-timeout.",
				null);
	}

}
