package dev.pgkeel.server;

import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
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
		boolean poolBusy = ex instanceof SQLTransientConnectionException && ex.getCause() == null;
		return new MonitorFailure(poolBusy ? Cause.POOL_BUSY : Cause.SERVER_DOWN, null, message);
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
		 * The server does not answer, or lets this role not in.
		 */
		SERVER_DOWN,

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
