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

	/**
	 * Where the server finds that another transaction has changed or deleted the row of
	 * the catalog that it is about to (PostgreSQL 14 to 18). Its text depends on the
	 * language.
	 */
	private static final Set<String> CHANGES_OF_THE_CATALOG = Set.of("simple_heap_update", "simple_heap_delete");

	private static final String INTERNAL_ERROR = "XX000";

	private static final String UNIQUE_VIOLATION = "23505";

	private static final String CATALOG = "pg_catalog";

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
		return TRANSIENT.contains(String.valueOf(ex.getSQLState())) || isOfTheCatalog(ex);
	}

	/**
	 * Returns whether another transaction has changed the same row of the catalog at the
	 * same time. In another database of the server the lock of the scripts is another
	 * one, and the roles are the same.
	 */
	private static boolean isOfTheCatalog(SQLException ex) {
		ServerErrorMessage error = serverError(ex);
		if (error == null) {
			return false;
		}
		return switch (String.valueOf(ex.getSQLState())) {
			case INTERNAL_ERROR -> CHANGES_OF_THE_CATALOG.contains(String.valueOf(error.getRoutine()));
			case UNIQUE_VIOLATION -> CATALOG.equals(error.getSchema());
			default -> false;
		};
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
