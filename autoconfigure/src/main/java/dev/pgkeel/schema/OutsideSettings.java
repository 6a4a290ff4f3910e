package dev.pgkeel.schema;

import java.sql.SQLException;
import java.sql.Statement;

/**
 * Sees to it that a statement which runs after the commit means the objects that it meant
 * at its place in the script: what decides about these must have been set in a way that
 * can be repeated.
 */
final class OutsideSettings {

	private OutsideSettings() {
	}

	/**
	 * Checks a statement when the script has come to it, and leaves the session as it is.
	 * @param outline the script
	 * @param sql the statement, which runs later
	 * @param start the session as the script found it
	 * @param statement of the connection, which has an open transaction
	 * @throws SQLException if the connection fails
	 * @throws SchemaScriptException if the settings are not those of the script's own
	 * statements
	 */
	static void check(ScriptOutline outline, SqlStatement sql, SessionState start, Statement statement)
			throws SQLException {
		SessionState here = SessionState.of(statement.getConnection());
		apply(outline, sql, start, statement);
		if (!SessionState.of(statement.getConnection()).equals(here)) {
			throw outline.script()
				.failure(sql.position(),
						"this statement runs after the commit, and the search_path or the role that it has here was set"
								+ " by a block, a function or an expression, which is not run again then",
						"Write SET search_path or SET ROLE as a statement of its own above it, with the value itself.");
		}
		statement.execute(here.restoring());
	}

	/**
	 * Makes a session have the settings with which a statement will run after the commit.
	 * Timeouts are not among them.
	 */
	static void apply(ScriptOutline outline, SqlStatement sql, SessionState start, Statement statement)
			throws SQLException {
		statement.execute(start.restoring());
		for (ScriptSetting setting : outline.settingsBefore(sql)) {
			if (start.settings().containsKey(setting.name())) {
				statement.execute(setting.sql());
			}
		}
	}

}
