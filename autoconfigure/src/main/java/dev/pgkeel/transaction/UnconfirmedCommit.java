package dev.pgkeel.transaction;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLWarning;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import org.postgresql.util.PSQLWarning;
import org.postgresql.util.ServerErrorMessage;

/**
 * Reports a commit that no synchronous standby has confirmed, because the wait for it was
 * cancelled: PostgreSQL lets COMMIT succeed then, and warns. The warning is known by the
 * function that it comes from, since its text is in the server's language.
 */
final class UnconfirmedCommit {

	private static final Log logger = LogFactory.getLog(UnconfirmedCommit.class);

	/**
	 * In {@code src/backend/replication/syncrep.c}.
	 */
	private static final String WAIT_FOR_STANDBY = "SyncRepWaitForLSN";

	private UnconfirmedCommit() {
	}

	/**
	 * Looks at a transaction that has committed, as long as it has its connection. Costs
	 * nothing unless something was cancelled in it, and never a round trip.
	 */
	static void report(RunningTransaction committed) {
		Connection connection = committed.cancelledOn();
		if (connection == null) {
			return;
		}
		try {
			if (isUnconfirmed(connection.getWarnings())) {
				logger.warn(committed.title() + " has committed, but no synchronous standby has confirmed it, and a"
						+ " failover may lose it: the wait for the standby was cancelled. " + cause(committed));
			}
		}
		catch (SQLException | RuntimeException ex) {
			logger.debug(committed.title() + " has committed, and what the server says of it cannot be read", ex);
		}
	}

	private static boolean isUnconfirmed(@Nullable SQLWarning first) {
		for (SQLWarning warning = first; warning != null; warning = warning.getNextWarning()) {
			ServerErrorMessage message = (warning instanceof PSQLWarning ofServer) ? ofServer.getServerErrorMessage()
					: null;
			if (message != null && WAIT_FOR_STANDBY.equals(message.getRoutine())) {
				return true;
			}
		}
		return false;
	}

	private static String cause(RunningTransaction committed) {
		Deadline deadline = committed.deadline();
		return (deadline == null || committed.isCancelled()) ? "The application shuts down" : deadline.describe();
	}

}
