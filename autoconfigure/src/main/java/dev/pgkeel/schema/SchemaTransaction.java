package dev.pgkeel.schema;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.random.RandomGenerator;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * One transaction under the lock, tried again as a whole when a lock on a table cannot be
 * had in time: whoever waits for such a lock makes everybody else wait behind it.
 */
final class SchemaTransaction {

	private static final Log logger = LogFactory.getLog(SchemaTransaction.class);

	static final int ATTEMPTS = 10;

	private static final Duration FIRST_PAUSE = Duration.ofMillis(250);

	private static final Duration LONGEST_PAUSE = Duration.ofSeconds(10);

	private final SchemaLock lock;

	private final @Nullable Duration statementTimeout;

	private final RandomGenerator random;

	SchemaTransaction(SchemaLock lock, @Nullable Duration statementTimeout, RandomGenerator random) {
		this.lock = lock;
		this.statementTimeout = statementTimeout;
		this.random = random;
	}

	/**
	 * Runs work in a transaction, and commits.
	 * @param connection a connection without an open transaction
	 * @param watch knows who is in the way
	 * @param work the work
	 * @throws SQLException if the connection fails
	 * @throws SchemaScriptException if the work fails, or locks cannot be had
	 */
	void run(Connection connection, RunWatch watch, Work work) throws SQLException {
		connection.setAutoCommit(false);
		for (int attempt = 1;; attempt++) {
			try {
				this.lock.acquire(connection);
				begin(connection);
				work.run(connection, attempt == ATTEMPTS);
				connection.commit();
				return;
			}
			catch (SQLException ex) {
				rollback(connection, ex);
				if (!ScriptRun.isTransient(ex)) {
					throw ex;
				}
				if (attempt == ATTEMPTS) {
					throw watch.lockFailure(ex);
				}
				pause(attempt, watch, ex);
			}
			catch (RuntimeException ex) {
				rollback(connection, ex);
				throw (ex.getCause() instanceof SQLException cause && ScriptRun.isTransient(cause))
						? watch.lockFailure(ex) : ex;
			}
		}
	}

	/**
	 * A lock timeout of the role or of the user's own is left alone. The server looks
	 * after this session only where it can: on Linux (PostgreSQL 14 to 18).
	 */
	private void begin(Connection connection) throws SQLException {
		try (Statement statement = connection.createStatement()) {
			statement.execute("""
					select pg_catalog.set_config('lock_timeout', '2s', true)
					  where pg_catalog.current_setting('lock_timeout') = '0'
					union all
					select pg_catalog.set_config('client_connection_check_interval', '1s', true)
					  where pg_catalog.version() ~ 'linux'
					""");
			if (!logger.isDebugEnabled()) {
				statement.execute("set local client_min_messages = warning");
			}
			if (this.statementTimeout != null) {
				statement.execute("set local statement_timeout = " + this.statementTimeout.toMillis());
			}
		}
	}

	private void pause(int attempt, RunWatch watch, SQLException reason) {
		long longest = Math.min(LONGEST_PAUSE.toMillis(), FIRST_PAUSE.toMillis() << attempt);
		long millis = this.random.nextLong(longest / 2, longest);
		logger.info("Schema scripts rolled back, next attempt in " + millis + " ms (" + (attempt + 1) + " of "
				+ ATTEMPTS + "): " + watch.describe(reason));
		SchemaLock.sleep(millis);
	}

	static void rollback(Connection connection, Exception cause) {
		try {
			connection.rollback();
		}
		catch (SQLException ex) {
			cause.addSuppressed(ex);
		}
	}

	/**
	 * Work in a transaction.
	 */
	interface Work {

		/**
		 * Does the work.
		 * @param connection the connection, with an open transaction that holds the lock
		 * @param last whether this is the last attempt
		 * @throws SQLException if the connection fails or a lock cannot be had
		 */
		void run(Connection connection, boolean last) throws SQLException;

	}

}
