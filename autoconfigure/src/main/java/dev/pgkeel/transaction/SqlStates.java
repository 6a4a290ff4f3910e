package dev.pgkeel.transaction;

import java.sql.SQLException;
import java.util.LinkedHashSet;
import java.util.Set;

import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;

/**
 * What the server's or the driver's failure says, however it is wrapped.
 */
final class SqlStates {

	private SqlStates() {
	}

	/**
	 * Tells whether the transaction certainly did nothing and may succeed if it is run
	 * again.
	 */
	static boolean retryable(Throwable failure) {
		if (RolledBackInCommit.in(failure) != null) {
			return true;
		}
		Set<String> states = of(failure);
		return (states.contains("40001") || states.contains("40P01")) && !connectionLost(states);
	}

	/**
	 * Tells whether a failure of COMMIT leaves open what became of it.
	 */
	static boolean outcomeUnknown(Throwable failure) {
		return connectionLost(of(failure));
	}

	/**
	 * Tells whether a server that goes on has answered, with whatever state: that of
	 * another connection than this one, such as one to a foreign table's server. It is
	 * told by what the driver finds after the answer too, since the severity may be in
	 * any language. A pooler, which says {@code ERROR} and hangs up, names no routine.
	 */
	static boolean answered(SQLException failure) {
		ServerErrorMessage answer = (failure instanceof PSQLException ofServer) ? ofServer.getServerErrorMessage()
				: null;
		return answer != null && answer.getRoutine() != null
				&& ("ERROR".equals(answer.getSeverity()) || failure.getNextException() == null);
	}

	/**
	 * Tells whether the server does not have what was asked for, or not for this role:
	 * classes 42 (access rule violation), 0A (feature not supported) and 55 (not in
	 * prerequisite state).
	 */
	static boolean unavailable(SQLException failure) {
		String state = failure.getSQLState();
		return state != null && (state.startsWith("42") || state.startsWith("0A") || state.startsWith("55"));
	}

	/**
	 * Tells whether somebody has cancelled the statement, or a timeout has.
	 */
	static boolean canceled(SQLException failure) {
		return "57014".equals(failure.getSQLState());
	}

	/**
	 * Tells whether an argument is out of range, such as a transaction's id of the
	 * future.
	 */
	static boolean outOfRange(SQLException failure) {
		String state = failure.getSQLState();
		return state != null && state.startsWith("22");
	}

	static boolean known(Throwable failure) {
		return !of(failure).isEmpty();
	}

	/**
	 * Tells whether JDBC has failed at all, with whatever state or none.
	 */
	static boolean in(Throwable failure) {
		for (Throwable ex = failure; ex != null; ex = ex.getCause()) {
			if (ex instanceof SQLException) {
				return true;
			}
		}
		return false;
	}

	// 57P0x and 25P04 end the session, which may be after the commit became durable
	private static boolean connectionLost(Set<String> states) {
		return states.stream()
			.anyMatch((state) -> state.startsWith("08") || state.startsWith("57P") || state.equals("40003")
					|| state.equals("25P04"));
	}

	private static Set<String> of(Throwable failure) {
		Set<String> states = new LinkedHashSet<>();
		for (Throwable ex = failure; ex != null; ex = ex.getCause()) {
			if (ex instanceof SQLException sql && sql.getSQLState() != null) {
				states.add(sql.getSQLState());
			}
		}
		return states;
	}

}
