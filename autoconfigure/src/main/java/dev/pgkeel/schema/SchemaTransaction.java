package dev.pgkeel.schema;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
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

	private static final Duration LONGEST_PAUSE = Duration.ofSeconds(10);

	private static final String BEGIN = """
			select pg_catalog.pg_backend_pid(),
			  case when pg_catalog.current_setting('lock_timeout') = '0'
			    then pg_catalog.set_config('lock_timeout', '%d', true) end,
			  case when pg_catalog.version() ~ 'linux'
			    then pg_catalog.set_config('client_connection_check_interval', '1s', true) end""";

	/**
	 * What a transaction sets for itself, until its end.
	 */
	static final List<String> SETTINGS = List.of("client_min_messages", "statement_timeout", "lock_timeout",
			"client_connection_check_interval");

	private final SchemaLock lock;

	private final @Nullable Duration statementTimeout;

	private final boolean commits;

	private final Patience patience;

	private final RandomGenerator random;

	SchemaTransaction(SchemaLock lock, @Nullable Duration statementTimeout, boolean commits, Patience patience,
			RandomGenerator random) {
		this.commits = commits;
		this.lock = lock;
		this.statementTimeout = statementTimeout;
		this.patience = patience;
		this.random = random;
	}

	/**
	 * Runs work in a transaction, and commits.
	 * @param connection a connection without an open transaction
	 * @param watch knows who is in the way
	 * @param sets the names of the settings that the work may change
	 * @param work the work
	 * @throws SQLException if the connection fails
	 * @throws SchemaScriptException if the work fails, or locks cannot be had
	 */
	void run(Connection connection, RunWatch watch, Collection<String> sets, Work work) throws SQLException {
		List<String> own = SETTINGS.stream().filter(sets::contains).toList();
		connection.setAutoCommit(false);
		for (int attempt = 1;; attempt++) {
			try {
				this.lock.acquire(connection);
				SessionState before = SessionState.of(connection, own);
				watch.watch(connection, begin(connection));
				work.run(connection, attempt == this.patience.attempts());
				if (this.commits) {
					restore(connection, before);
					commit(connection);
				}
				else {
					connection.rollback();
				}
				return;
			}
			catch (SQLException ex) {
				rollback(connection, ex);
				if (!RunFailure.isTransient(ex)) {
					throw ex;
				}
				if (attempt == this.patience.attempts()) {
					throw watch.lockFailure(ex, attempt);
				}
				pause(attempt, watch, ex);
			}
			catch (RuntimeException ex) {
				rollback(connection, ex);
				throw (ex.getCause() instanceof SQLException cause && RunFailure.isTransient(cause))
						? watch.lockFailure(ex, attempt) : ex;
			}
			catch (Error ex) {
				// A transaction left open would be committed by whoever turns on
				// autocommit
				rollback(connection, ex);
				throw ex;
			}
		}
	}

	/**
	 * A lock timeout of the role or of the user's own is left alone. The server looks
	 * after this session only where it can: on Linux (PostgreSQL 14 to 18).
	 */
	private int begin(Connection connection) throws SQLException {
		try (Statement statement = connection.createStatement()) {
			if (!logger.isDebugEnabled()) {
				statement.execute("set local client_min_messages = warning");
			}
			if (this.statementTimeout != null) {
				statement.execute("set local statement_timeout = " + this.statementTimeout.toMillis());
			}
			try (ResultSet row = statement.executeQuery(BEGIN.formatted(this.patience.lockTimeout().toMillis()))) {
				row.next();
				return row.getInt(1);
			}
		}
	}

	/**
	 * What the session had is hidden by what holds in the transaction, and would not come
	 * back if a script had set it too.
	 */
	private static void restore(Connection connection, SessionState before) throws SQLException {
		if (!before.isEmpty()) {
			try (Statement statement = connection.createStatement()) {
				statement.execute(before.restoring());
			}
		}
	}

	/**
	 * What the server refuses only now is a deferred constraint or trigger, and no
	 * trouble with reaching it.
	 */
	private static void commit(Connection connection) throws SQLException {
		try {
			connection.commit();
		}
		catch (SQLException ex) {
			if (StatementFailure.isRefusedCommit(ex)) {
				throw StatementFailure.atCommit(ex);
			}
			throw ex;
		}
	}

	private void pause(int attempt, RunWatch watch, SQLException reason) {
		long longest = Math.min(LONGEST_PAUSE.toMillis(), this.patience.firstPause().toMillis() << (attempt - 1));
		long millis = this.random.nextLong(longest / 2, longest);
		logger.info("Schema scripts rolled back, next attempt in " + millis + " ms (" + (attempt + 1) + " of "
				+ this.patience.attempts() + "): " + watch.describe(reason));
		SchemaLock.sleep(millis);
	}

	static void rollback(Connection connection, Throwable cause) {
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

	/**
	 * How long a transaction waits for locks, and how often it is tried.
	 *
	 * @param attempts how often
	 * @param lockTimeout how long it waits for one lock
	 * @param firstPause the pause after the first attempt, at most; it doubles each time
	 */
	record Patience(int attempts, Duration lockTimeout, Duration firstPause) {

		static final Patience DEFAULT = new Patience(10, Duration.ofSeconds(2), Duration.ofMillis(500));

	}

}
