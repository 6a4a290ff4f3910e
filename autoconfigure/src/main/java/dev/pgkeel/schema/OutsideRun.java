package dev.pgkeel.schema;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

import dev.pgkeel.schema.SchemaApplier.Applied;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * Runs the statements that no transaction can hold, one by one, after the commit and
 * under a lock of the session. The history says how far it came, so that a start after a
 * crash goes on there.
 */
final class OutsideRun {

	private static final Log logger = LogFactory.getLog(OutsideRun.class);

	/**
	 * What changes in the session. It may be a borrowed one, which goes on as it was.
	 */
	private static final List<String> SETTINGS = List.of("search_path", "role", "statement_timeout", "lock_timeout",
			"client_connection_check_interval");

	private final SchemaHistory history;

	private final SchemaLock lock;

	private final SessionDemand demand;

	private final RunProgress progress;

	private final @Nullable Duration statementTimeout;

	private boolean prepared;

	OutsideRun(SchemaHistory history, SchemaLock lock, SessionDemand demand, RunProgress progress,
			@Nullable Duration statementTimeout) {
		this.history = history;
		this.lock = lock;
		this.demand = demand;
		this.progress = progress;
		this.statementTimeout = statementTimeout;
	}

	/**
	 * Prepares for what remains after the commit, once if the transaction is tried again:
	 * the session's lock outlives a rollback, and would have to be given back as often as
	 * it was taken.
	 * @param connection the connection, with a transaction that holds the lock
	 * @param unfinished the scripts whose statements will remain
	 * @throws SQLException if the connection fails
	 * @throws SchemaScriptException if this connection has no session of its own
	 */
	void prepare(Connection connection, List<ScriptOutline> unfinished) throws SQLException {
		this.demand.make(unfinished);
		if (!this.prepared) {
			this.lock.keep(connection);
			this.prepared = true;
		}
	}

	/**
	 * Gives back what was prepared, since the transaction was not committed.
	 * @param connection the connection, after the rollback
	 * @param cause why it was rolled back
	 */
	void abandon(Connection connection, Throwable cause) {
		if (this.prepared) {
			release(connection, null, cause);
		}
	}

	/**
	 * Runs what remains, and gives the lock back.
	 * @param connection the connection whose session holds the lock
	 * @param applied what the transaction before came to
	 * @param all all scripts
	 * @throws SQLException if the connection fails
	 * @throws SchemaScriptException if a statement fails
	 */
	void run(Connection connection, Applied applied, List<ScriptOutline> all) throws SQLException {
		SessionState before = null;
		try (Statement statement = connection.createStatement()) {
			connection.setAutoCommit(true);
			statement.setEscapeProcessing(false);
			before = SessionState.of(connection, names(applied));
			settle(statement);
			runAll(connection, statement, applied, all);
			statement.execute(before.restoring());
			unlock(connection);
		}
		catch (SQLException | RuntimeException | Error ex) {
			release(connection, before, ex);
			throw ex;
		}
	}

	private void unlock(Connection connection) throws SQLException {
		this.lock.release(connection);
		this.prepared = false;
	}

	private static Set<String> names(Applied applied) {
		Set<String> names = new LinkedHashSet<>(SETTINGS);
		applied.unfinished().forEach((script) -> script.settings().forEach((setting) -> names.add(setting.name())));
		return names;
	}

	/**
	 * Who waits here is in nobody's way, but for the whole time that a table's readers
	 * take.
	 */
	private void settle(Statement statement) throws SQLException {
		statement.execute("set lock_timeout = 0");
		if (this.statementTimeout != null) {
			statement.execute("set statement_timeout = " + this.statementTimeout.toMillis());
		}
		statement.execute("select pg_catalog.set_config('client_connection_check_interval', '1s', false)"
				+ " where pg_catalog.version() ~ 'linux'");
	}

	private void runAll(Connection connection, Statement statement, Applied applied, List<ScriptOutline> all)
			throws SQLException {
		SessionState settled = SessionState.of(connection, names(applied));
		Map<String, HistoryEntry> entries = this.history.read(connection, applied.table());
		try {
			for (ScriptOutline script : applied.unfinished()) {
				HistoryEntry entry = entries.get(script.name());
				if (entry != null) {
					run(connection, statement, settled, script, entry, applied.table());
				}
			}
		}
		catch (SchemaScriptException ex) {
			try {
				// What has run so far is no drift in the eyes of the next start
				statement.execute(settled.restoring());
				remember(connection, applied, all, entries, HistoryEntry.PENDING);
			}
			catch (SQLException failure) {
				ex.addSuppressed(failure);
			}
			throw ex;
		}
		remember(connection, applied, all, entries, HistoryEntry.APPLIED);
	}

	private void run(Connection connection, Statement statement, SessionState settled, ScriptOutline script,
			HistoryEntry entry, String table) throws SQLException {
		for (int i = entry.outsideDone(); i < script.outside().size(); i++) {
			SqlStatement sql = script.outside().get(i);
			List<ScriptSetting> settings = script.settingsBefore(sql);
			this.progress.at(script.script(), sql);
			try {
				for (ScriptSetting setting : settings) {
					statement.execute(setting.sql());
				}
				InvalidIndex.dropBefore(sql, connection, script.script());
				statement.execute(PendingDetachment.finishing(sql, connection, script.script()));
			}
			catch (SQLException ex) {
				throw StatementFailure.outside(script.script(), sql, ex);
			}
			if (!settings.isEmpty()) {
				statement.execute(settled.restoring());
			}
			this.history.outsideDone(connection, table, entry.id(), i + 1);
			logger.debug(script.name() + ":" + sql.position() + " done outside of a transaction");
		}
	}

	/**
	 * An index may belong to the table of another script. What was no longer as a script
	 * had left it before these statements ran stays to be found.
	 */
	private void remember(Connection connection, Applied applied, List<ScriptOutline> all,
			Map<String, HistoryEntry> entries, String outcome) throws SQLException {
		connection.setAutoCommit(false);
		CatalogSnapshot now = CatalogSnapshot.take(connection);
		for (ScriptOutline script : all) {
			HistoryEntry entry = entries.get(script.name());
			if (entry == null) {
				continue;
			}
			ScriptState former = this.history.state(connection, applied.table(), entry);
			if (applied.unfinished().contains(script)) {
				this.history.remember(connection, applied.table(), entry.id(), outcome,
						ScriptState.of(now, script.names(), applied.searchPath(), former.roots()));
			}
			else if (ScriptState.again(applied.after(), former.roots()).fingerprint().equals(entry.fingerprint())) {
				this.history.remember(connection, applied.table(), entry.id(), entry.outcome(),
						ScriptState.again(now, former.roots()));
			}
		}
		connection.commit();
		connection.setAutoCommit(true);
	}

	/**
	 * The end of the session would do the same, but a borrowed one does not end.
	 */
	private void release(Connection connection, @Nullable SessionState before, Throwable cause) {
		try (Statement statement = connection.createStatement()) {
			if (!connection.getAutoCommit()) {
				connection.rollback();
			}
			connection.setAutoCommit(true);
			if (before != null) {
				statement.execute(before.restoring());
			}
			unlock(connection);
		}
		catch (SQLException ex) {
			cause.addSuppressed(ex);
		}
	}

}
