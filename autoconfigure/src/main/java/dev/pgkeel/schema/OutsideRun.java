package dev.pgkeel.schema;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;

import dev.pgkeel.schema.SchemaApplier.Applied;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

/**
 * Runs the statements that no transaction can hold, one by one, after the commit and
 * under a lock of the session. The history says how far it came, so that a start after a
 * crash goes on there.
 */
final class OutsideRun {

	private static final Log logger = LogFactory.getLog(OutsideRun.class);

	private final SchemaHistory history;

	private final SchemaLock lock;

	private final RunProgress progress;

	OutsideRun(SchemaHistory history, SchemaLock lock, RunProgress progress) {
		this.history = history;
		this.lock = lock;
		this.progress = progress;
	}

	/**
	 * Runs what remains, and gives the lock back.
	 * @param connection the connection whose session holds the lock
	 * @param applied what the transaction before came to
	 * @throws SQLException if the connection fails
	 * @throws SchemaScriptException if a statement fails
	 */
	void run(Connection connection, Applied applied) throws SQLException {
		connection.setAutoCommit(true);
		try (Statement statement = connection.createStatement()) {
			statement.setEscapeProcessing(false);
			settle(statement);
			Map<String, HistoryEntry> entries = this.history.read(connection, applied.table());
			for (ScriptOutline script : applied.unfinished()) {
				HistoryEntry entry = entries.get(script.name());
				if (entry != null) {
					run(connection, statement, script, entry, applied.table());
				}
			}
			finish(connection, applied, entries);
			connection.setAutoCommit(true);
			statement.execute("reset lock_timeout");
			statement.execute("reset client_connection_check_interval");
			this.lock.release(connection);
		}
		catch (SQLException | RuntimeException ex) {
			release(connection, ex);
			throw ex;
		}
	}

	/**
	 * Who waits here is in nobody's way, but for the whole time that a table's readers
	 * take.
	 */
	private static void settle(Statement statement) throws SQLException {
		statement.execute("set lock_timeout = 0");
		statement.execute("select pg_catalog.set_config('client_connection_check_interval', '1s', false)"
				+ " where pg_catalog.version() ~ 'linux'");
	}

	private void run(Connection connection, Statement statement, ScriptOutline script, HistoryEntry entry, String table)
			throws SQLException {
		for (int i = entry.outsideDone(); i < script.outside().size(); i++) {
			SqlStatement sql = script.outside().get(i);
			this.progress.at(script.script(), sql);
			try {
				InvalidIndex.dropBefore(sql, connection, script.script());
				statement.execute(sql.text());
			}
			catch (SQLException ex) {
				throw StatementFailure.outside(script.script(), sql, ex);
			}
			this.history.outsideDone(connection, table, entry.id(), i + 1);
			logger.debug(script.name() + ":" + sql.position() + " done outside of a transaction");
		}
	}

	private void finish(Connection connection, Applied applied, Map<String, HistoryEntry> entries) throws SQLException {
		connection.setAutoCommit(false);
		CatalogSnapshot after = CatalogSnapshot.take(connection);
		for (ScriptOutline script : applied.unfinished()) {
			HistoryEntry entry = entries.get(script.name());
			if (entry != null) {
				ScriptState former = this.history.state(connection, applied.table(), entry);
				this.history.remember(connection, applied.table(), entry.id(), HistoryEntry.APPLIED,
						ScriptState.of(after, script.names(), applied.searchPath(), former.roots()));
			}
		}
		connection.commit();
	}

	/**
	 * The end of the session would do the same, but a borrowed one does not end.
	 */
	private void release(Connection connection, Exception cause) {
		try {
			if (!connection.getAutoCommit()) {
				connection.rollback();
			}
			connection.setAutoCommit(true);
			this.lock.release(connection);
		}
		catch (SQLException ex) {
			cause.addSuppressed(ex);
		}
	}

}
