package dev.pgkeel.server;

import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.util.List;
import java.util.Locale;

import org.jspecify.annotations.Nullable;

/**
 * Why the monitor got no answer.
 *
 * @param cause what it comes from
 * @param refusal the limit that was reached, {@code null} unless the server is full
 * @param message the failure, without secrets
 * @since 0.1.0
 */
public record MonitorFailure(Cause cause, @Nullable RefusalReason refusal, String message) {

	/**
	 * The SQLSTATE class of a wrong password, and of a role that is not let in.
	 */
	private static final String INVALID_AUTHORIZATION = "28";

	private static final String NO_SUCH_DATABASE = "3D000";

	/**
	 * The SQLSTATE classes of what is not supported, not known or not allowed.
	 */
	private static final List<String> REFUSED_QUESTIONS = List.of("0A", "42");

	/**
	 * Tells what a failure comes from.
	 * @param ex the failure
	 * @return the cause
	 */
	public static MonitorFailure of(SQLException ex) {
		RefusalReason refusal = RefusalReason.of(ex);
		String message = ex.getMessage() + " (SQLSTATE " + ex.getSQLState() + ")";
		if (refusal != null) {
			return new MonitorFailure(Cause.SERVER_FULL, refusal, message);
		}
		if (isRefusedQuestion(ex)) {
			return new MonitorFailure(Cause.QUESTION_REFUSED, null, message);
		}
		boolean poolBusy = ex instanceof SQLTransientConnectionException && ex.getCause() == null;
		return new MonitorFailure(poolBusy ? Cause.POOL_BUSY : withoutSession(ex), null, message);
	}

	/**
	 * A role that may not connect has the same SQLSTATE. What the pool wraps kept it from
	 * making a connection.
	 */
	private static boolean isRefusedQuestion(SQLException ex) {
		String state = String.valueOf(ex.getSQLState());
		return REFUSED_QUESTIONS.stream().anyMatch(state::startsWith)
				&& !(ex instanceof SQLTransientConnectionException) && ConnectFailure.of(ex) == null;
	}

	/**
	 * Returns whether the log has to tell of it. It has told of a server that was down,
	 * but not that the server works by now, nor the other way round.
	 */
	boolean isNewsAfter(@Nullable MonitorFailure before) {
		return before == null || (this.cause == Cause.QUESTION_REFUSED) != (before.cause == Cause.QUESTION_REFUSED);
	}

	/**
	 * A server that says why it makes no session is not down. The pool wraps what it was
	 * told.
	 */
	private static Cause withoutSession(SQLException failure) {
		for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
			String state = (cause instanceof SQLException ex) ? String.valueOf(ex.getSQLState()) : "";
			if (state.startsWith(INVALID_AUTHORIZATION)) {
				return Cause.LOGIN_REFUSED;
			}
			if (state.equals(NO_SUCH_DATABASE)) {
				return Cause.NO_SUCH_DATABASE;
			}
		}
		ConnectFailure known = ConnectFailure.of(failure);
		return (known != null && known.isNoLogin()) ? Cause.LOGIN_REFUSED : Cause.SERVER_DOWN;
	}

	/**
	 * Says the cause, and the limit that was reached.
	 */
	@Override
	public String toString() {
		return (this.refusal != null) ? this.cause + ": " + this.refusal.description() : this.cause.toString();
	}

	/**
	 * What a failure comes from.
	 */
	public enum Cause {

		/**
		 * The server does not answer.
		 */
		SERVER_DOWN,

		/**
		 * The server does not accept the password, does not let this role in or refuses
		 * what the connection asks for, or the driver has no password.
		 */
		LOGIN_REFUSED,

		/**
		 * The server has no database of this name.
		 */
		NO_SUCH_DATABASE,

		/**
		 * The server works, but does not know what it is asked for, or does not allow
		 * this role to ask.
		 */
		QUESTION_REFUSED,

		/**
		 * The server has no room for another session.
		 */
		SERVER_FULL,

		/**
		 * All connections of the pool are in use, and there is no way around it.
		 */
		POOL_BUSY;

		@Override
		public String toString() {
			return name().toLowerCase(Locale.ROOT).replace('_', ' ');
		}

	}

}
