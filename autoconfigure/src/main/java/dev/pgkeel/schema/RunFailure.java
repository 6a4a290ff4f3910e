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
	 * What the server says, in no other language, where another transaction has changed
	 * or deleted the row of the catalog that it is about to (PostgreSQL 14 to 18).
	 */
	private static final String CHANGED_MEANWHILE = "tuple concurrently";

	/**
	 * The tables of the catalog about roles, which all databases of a server share. Of
	 * others some have no check of their own before their index, so that a statement that
	 * is not safe to repeat fails there each time.
	 */
	private static final Set<String> ABOUT_ROLES = Set.of("pg_authid", "pg_auth_members", "pg_db_role_setting",
			"pg_shdepend", "pg_shdescription");

	private static final String INTERNAL_ERROR = "XX000";

	private static final String UNIQUE_VIOLATION = "23505";

	private static final String CATALOG = "pg_catalog";

	private static final String CONNECTION_FAILURE = "08";

	private static final String OPERATOR_INTERVENTION = "57P";

	/**
	 * What poolers say when they hang up, some of them as an {@code ERROR}, but none with
	 * a routine of the server's.
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
			case INTERNAL_ERROR -> String.valueOf(error.getMessage()).startsWith(CHANGED_MEANWHILE);
			case UNIQUE_VIOLATION ->
				CATALOG.equals(error.getSchema()) && ABOUT_ROLES.contains(String.valueOf(error.getTable()));
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
		if (error == null || (state.equals(PROTOCOL_VIOLATION) && error.getRoutine() == null)) {
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
