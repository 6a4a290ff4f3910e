package dev.pgkeel.lease;

import java.sql.SQLTransientConnectionException;
import java.util.List;

/**
 * Thrown when no connection was returned to the pool in time. The message lists who holds
 * them, longest first, and tells why there is none: leaked, busy, the server is full, or
 * it is down.
 *
 * @since 0.1.0
 */
public final class PoolExhaustedException extends SQLTransientConnectionException {

	private final transient List<LeaseDescription> holders;

	/**
	 * Why there is no connection.
	 */
	private final ExhaustionReason reason;

	PoolExhaustedException(String message, ExhaustionReason reason, List<LeaseDescription> holders,
			SQLTransientConnectionException timeout) {
		super(message, timeout.getSQLState(), timeout.getErrorCode(), timeout.getCause());
		this.holders = holders;
		this.reason = reason;
		if (timeout.getNextException() != null) {
			setNextException(timeout.getNextException());
		}
		setStackTrace(timeout.getStackTrace());
	}

	/**
	 * Returns why there is no connection.
	 * @return the reason
	 */
	public ExhaustionReason getReason() {
		return this.reason;
	}

	/**
	 * Returns who holds the connections.
	 * @return the holders, longest first, empty after deserialization
	 */
	public List<LeaseDescription> getHolders() {
		return (this.holders != null) ? this.holders : List.of();
	}

}
