package dev.pgkeel.schema;

import java.sql.SQLException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import dev.pgkeel.server.ConnectFailure;
import org.jspecify.annotations.Nullable;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;

/**
 * Turns the server's error into one that names the place in the script.
 */
final class StatementFailure {

	/**
	 * Where PL/pgSQL failed in a {@code DO} block, in any language of the server's
	 * messages. The last one is the outermost.
	 */
	private static final Pattern BLOCK_LINE = Pattern.compile("inline_code_block\\D+(\\d+)");

	private static final Pattern BLOCK_START = Pattern.compile("(?is)DO\\b.*?(\\$\\w*\\$)");

	private static final String QUERY_CANCELED = "57014";

	private static final String LONGER = "Raise pgkeel.schema.statement-timeout or the statement_timeout of the role,"
			+ " or make the statement faster.";

	private static final String TRANSACTION_ROLLBACK = "40";

	private static final String CONNECTION_FAILURE = "08";

	/**
	 * The SQLSTATE class of warnings.
	 */
	private static final String WARNING_CLASS = "01";

	private StatementFailure() {
	}

	/**
	 * Explains the failure of a statement in the transaction.
	 */
	static SchemaScriptException of(SchemaScript script, SqlStatement statement, SQLException ex) {
		return of(script, statement, ex,
				action(ex.getSQLState(), String.valueOf(ex.getSQLState()).startsWith(CONNECTION_FAILURE)
						? "Make the other server reachable that the statement connects to, or correct the script."
						: "Correct the script."));
	}

	/**
	 * Returns whether the server itself refuses to commit, and would do so again: not in
	 * favour of another transaction.
	 */
	static boolean isRefusedCommit(SQLException ex) {
		return ConnectFailure.isOfTheServer(ex) && RunFailure.isOfAStatement(ex) && !RunFailure.isTransient(ex)
				&& !String.valueOf(ex.getSQLState()).startsWith(TRANSACTION_ROLLBACK);
	}

	/**
	 * Explains why the server refuses to commit, for which it names no statement.
	 */
	static SchemaScriptException atCommit(SQLException ex) {
		return new SchemaScriptException("The schema scripts could not be committed: " + describe(ex), action(
				ex.getSQLState(),
				"A deferred constraint or trigger failed, on rows that the scripts of this run have changed."
						+ " Correct the script; to learn which line it is, write \"set constraints all immediate;\""
						+ " at the end of each script, or after a statement: the failure is then reported there."),
				ex);
	}

	/**
	 * Explains the failure of a statement that runs after the commit.
	 */
	static SchemaScriptException outside(SchemaScript script, SqlStatement statement, SQLException ex) {
		String remains = "the statements that run in a transaction are committed, and the next start goes on with this"
				+ " one.";
		return of(script, statement, ex, outsideAction(ex) + remains);
	}

	private static String outsideAction(SQLException ex) {
		if (QUERY_CANCELED.equals(ex.getSQLState())) {
			return LONGER + " Then start again: ";
		}
		String lost = StartFailure.lost(ex);
		return (lost != null) ? lost + " Then start again: "
				: "Correct the script, or what is in its way, and start again: ";
	}

	private static SchemaScriptException of(SchemaScript script, SqlStatement statement, SQLException ex,
			String action) {
		ServerErrorMessage error = (ex instanceof PSQLException pg) ? pg.getServerErrorMessage() : null;
		String message = (error != null) ? describe(error) : String.valueOf(ex.getMessage());
		Position place = place(statement, error);
		return new SchemaScriptException("%s:%s: %s (SQLSTATE %s, statement %d)%n%s".formatted(script.name(), place,
				message, ex.getSQLState(), statement.number(), place.pointer(script.line(place.line()))), action, ex);
	}

	static String action(@Nullable String sqlState, String other) {
		return switch (String.valueOf(sqlState)) {
			case "42501" -> "Let a role apply the scripts that owns the objects or has the privilege, or set"
					+ " pgkeel.schema.enabled=false here.";
			case "25006" ->
				"Connect to the primary, or set pgkeel.schema.enabled=false here: this server or role only reads.";
			case "25001" -> "Remove the statement from the script, and run it by hand: the server refuses it inside a"
					+ " transaction.";
			case "25P03" ->
				"Raise idle_in_transaction_session_timeout for the role that applies the scripts: the server ended"
						+ " its session between two statements.";
			case "25P04" -> "Raise transaction_timeout for the role that applies the scripts, or put"
					+ " \"-- pgkeel:own-transaction\" at the head of some of them: the server ended the session, since"
					+ " one transaction with all scripts took longer.";
			case "55P04" ->
				"Move ALTER TYPE ... ADD VALUE to a script of its own, whose name comes first, with the line"
						+ " \"-- pgkeel:own-transaction\" at its head: a new value can be used only after the commit of the"
						+ " transaction that added it.";
			case "53200" -> "Raise max_locks_per_transaction on the server (it takes a restart), or put"
					+ " \"-- pgkeel:own-transaction\" at the head of some of the scripts: a transaction holds a lock on"
					+ " each relation that it creates or changes, and the server has no room for more.";
			case "53100" -> "Make room on the server's disk, and start again.";
			case QUERY_CANCELED -> LONGER;
			default -> other;
		};
	}

	/**
	 * Returns whether the server warns, and does not only notify. It writes the severity
	 * in its own language, but a few of its warnings have a state of their own.
	 */
	static boolean isWarning(ServerErrorMessage message) {
		return String.valueOf(message.getSQLState()).startsWith(WARNING_CLASS)
				|| "WARNING".equals(message.getSeverity());
	}

	static String describe(SQLException ex) {
		ServerErrorMessage error = (ex instanceof PSQLException pg) ? pg.getServerErrorMessage() : null;
		return ((error != null) ? describe(error) : ex.getMessage()) + " (SQLSTATE " + ex.getSQLState() + ")";
	}

	static String describe(ServerErrorMessage error) {
		StringBuilder text = new StringBuilder(String.valueOf(error.getMessage()));
		if (error.getDetail() != null) {
			text.append(". ").append(error.getDetail());
		}
		if (error.getHint() != null) {
			text.append(". Hint: ").append(error.getHint());
		}
		return text.toString();
	}

	private static Position place(SqlStatement statement, @Nullable ServerErrorMessage error) {
		if (error != null && error.getPosition() > 0) {
			return statement.positionOf(error.getPosition() - 1);
		}
		Integer blockLine = (error != null) ? blockLine(statement, error.getWhere()) : null;
		return (blockLine != null) ? new Position(statement.position().line() + blockLine, Position.UNKNOWN_COLUMN)
				: statement.position();
	}

	/**
	 * Returns the line in the statement, from 0. The server counts the lines of a block
	 * from the one of the opening dollar quote, as 1.
	 */
	private static @Nullable Integer blockLine(SqlStatement statement, @Nullable String where) {
		Matcher start = BLOCK_START.matcher(statement.text());
		if (where == null || !start.lookingAt()) {
			return null;
		}
		Integer line = null;
		for (Matcher matcher = BLOCK_LINE.matcher(where); matcher.find();) {
			line = Integer.valueOf(matcher.group(1));
		}
		return (line != null) ? Position.of(statement.text(), start.end()).line() - 1 + line - 1 : null;
	}

}
