package dev.pgkeel.schema;

import java.sql.SQLException;
import java.util.Set;

import org.jspecify.annotations.Nullable;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;

/**
 * Tells what kind of failure has ended a statement: the statement's own, one of the
 * moment, or the end of the session.
 */
final class RunFailure {

	/**
	 * Failures of the moment, after which the whole transaction is tried again.
	 */
	private static final Set<String> TRANSIENT = Set.of("55P03", "40P01");

	private static final String CONNECTION_FAILURE = "08";

	private static final String OPERATOR_INTERVENTION = "57P";

	/**
	 * What poolers say when they hang up, some of them as an {@code ERROR}.
	 */
	private static final String PROTOCOL_VIOLATION = "08P01";

	/**
	 * The session was idle in its transaction for too long, or the transaction took too
	 * long: the server ends the session.
	 */
	private static final Set<String> TIMEOUTS_OF_THE_SESSION = Set.of("25P03", "25P04");

	private RunFailure() {
	}

	/**
	 * The exception of a batch repeats the server's message and hides its parts.
	 */
	static SQLException rootOf(SQLException ex) {
		for (SQLException next = ex; next != null; next = next.getNextException()) {
			if (next instanceof PSQLException) {
				return next;
			}
		}
		return ex;
	}

	static boolean isTransient(SQLException ex) {
		return TRANSIENT.contains(String.valueOf(ex.getSQLState()));
	}

	/**
	 * Returns whether the session goes on. A statement that reaches for another server
	 * fails with the SQLSTATE of a lost connection when that one is down.
	 */
	static boolean isOfAStatement(SQLException ex) {
		String state = String.valueOf(ex.getSQLState());
		ServerErrorMessage error = serverError(ex);
		if (error == null || state.equals(PROTOCOL_VIOLATION)) {
			return !state.startsWith(CONNECTION_FAILURE) && !state.startsWith(OPERATOR_INTERVENTION);
		}
		return switch (String.valueOf(error.getSeverity())) {
			case "ERROR" -> true;
			case "FATAL", "PANIC" -> false;
			// The word is in the server's language
			default -> !state.startsWith(OPERATOR_INTERVENTION) && !TIMEOUTS_OF_THE_SESSION.contains(state);
		};
	}

	private static @Nullable ServerErrorMessage serverError(SQLException ex) {
		return (ex instanceof PSQLException pg) ? pg.getServerErrorMessage() : null;
	}

}
