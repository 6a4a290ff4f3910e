package dev.pgkeel.schema;

import java.net.SocketTimeoutException;
import java.sql.SQLException;

import dev.pgkeel.server.ConnectFailure;
import org.jspecify.annotations.Nullable;

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

	private static final String REACHABLE = "Make the database reachable.";

	private static final String SOCKET_TIMEOUT = "The server took longer to answer than the driver's"
			+ " socketTimeout allows: raise it, or take it out, in spring.datasource.url or in"
			+ " spring.datasource.hikari.data-source-properties (in pgkeel.direct.url, where that is set).";

	private StartFailure() {
	}

	/**
	 * Explains that there is no connection, or none that can be used.
	 */
	static SchemaScriptException whileConnecting(SQLException ex) {
		return of(ex, "", ConnectFailure.isOfTheServer(ex)
				? "Correct what the server refuses while the connection is made." : REACHABLE, true);
	}

	/**
	 * Explains why a statement of pgkeel's own failed.
	 */
	static SchemaScriptException afterwards(SQLException ex) {
		return of(ex, "", action(ex), false);
	}

	/**
	 * Explains why a statement of pgkeel's own failed, or how far the run was when the
	 * connection was lost: statements go out in chunks, and what comes back is lost too.
	 */
	static SchemaScriptException during(RunProgress.Place place, SQLException ex) {
		if (!isLost(ex) || place.script() == null || place.statement() == null) {
			return afterwards(ex);
		}
		return of(ex, ", at " + place.script().name() + ":" + place.statement().position() + " or after it", action(ex),
				false);
	}

	private static boolean isLost(SQLException ex) {
		return ex.getSQLState() == null || !RunFailure.isOfAStatement(ex);
	}

	/**
	 * Returns whether the driver gave up waiting, which it does only if it is told to.
	 */
	private static boolean isSocketTimeout(SQLException ex) {
		return !ConnectFailure.isOfTheServer(ex) && ex.getCause() instanceof SocketTimeoutException;
	}

	/**
	 * Returns what to do about a connection that was lost, {@code null} if it was not.
	 */
	static @Nullable String lost(SQLException ex) {
		if (isSocketTimeout(ex)) {
			return SOCKET_TIMEOUT;
		}
		return isLost(ex) ? StatementFailure.action(ex.getSQLState(), REACHABLE) : null;
	}

	private static String action(SQLException ex) {
		String state = String.valueOf(ex.getSQLState());
		String lost = lost(ex);
		if (lost != null) {
			return lost;
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

	private static SchemaScriptException of(SQLException ex, String place, String action, boolean whileConnecting) {
		return new SchemaScriptException(
				"The schema scripts could not be applied: " + ex.getMessage() + " (SQLSTATE " + ex.getSQLState() + place
						+ ")",
				action + " To start without schema scripts, set pgkeel.schema.enabled=false.", ex, whileConnecting);
	}

}
