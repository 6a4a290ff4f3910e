package dev.pgkeel.schema;

import java.sql.SQLException;

import dev.pgkeel.server.ConnectFailure;

/**
 * Explains why the scripts could not be applied where none of their statements failed.
 */
final class StartFailure {

	/**
	 * The SQLSTATE class of a query that the server refuses: syntax, names, privileges.
	 */
	private static final String REFUSED_QUERY = "42";

	private static final String ONLY_READS = "25006";

	private static final String DEPLOY_STEP = "apply the scripts in the deploy step, and start with"
			+ " pgkeel.schema.mode=verify here.";

	private StartFailure() {
	}

	/**
	 * Explains that there is no connection, or none that can be used.
	 */
	static SchemaScriptException whileConnecting(SQLException ex) {
		return of(ex, ConnectFailure.isOfTheServer(ex) ? "Correct what the server refuses while the connection is made."
				: "Make the database reachable.");
	}

	/**
	 * Explains why a statement of pgkeel's own failed.
	 */
	static SchemaScriptException afterwards(SQLException ex) {
		return of(ex, action(ex));
	}

	private static String action(SQLException ex) {
		String state = String.valueOf(ex.getSQLState());
		if (ex.getSQLState() == null || !RunFailure.isOfAStatement(ex)) {
			return StatementFailure.action(state, "Make the database reachable.");
		}
		if (state.startsWith(REFUSED_QUERY)) {
			return "The server refused a query of pgkeel's own: see whether the role has the privilege, and whether"
					+ " something else made the table " + HistoryTable.NAME + "; if neither, please report it.";
		}
		if (state.equals(ONLY_READS)) {
			return "This server or role only reads, and pgkeel makes and writes the table " + HistoryTable.NAME
					+ ". Connect to the primary, or let a role that may write " + DEPLOY_STEP;
		}
		return StatementFailure.action(state,
				"The server refused a statement of pgkeel's own, which makes, reads or writes the table "
						+ HistoryTable.NAME + ". Remove what the message tells of, such as an event trigger, or let a"
						+ " role that it lets pass " + DEPLOY_STEP);
	}

	private static SchemaScriptException of(SQLException ex, String action) {
		return new SchemaScriptException(
				"The schema scripts could not be applied: " + ex.getMessage() + " (SQLSTATE " + ex.getSQLState() + ")",
				action + " To start without schema scripts, set pgkeel.schema.enabled=false.", ex);
	}

}
