package dev.pgkeel.transaction;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.locks.ReentrantLock;

import dev.pgkeel.lease.LeasedConnection;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;

/**
 * Cancels what a transaction runs, from another thread. A request that is under way
 * delays the transaction's end, so that it never meets the connection's next borrower.
 */
final class Cancellation {

	private static final Log logger = LogFactory.getLog(Cancellation.class);

	private final RunningTransaction transaction;

	// Not a monitor, which would hold a virtual thread's carrier before JDK 24
	private final ReentrantLock lock = new ReentrantLock();

	private volatile @Nullable Connection cancelledOn;

	Cancellation(RunningTransaction transaction) {
		this.transaction = transaction;
	}

	/**
	 * Cancels the statement that runs, if any.
	 */
	void cancel() {
		this.lock.lock();
		try {
			if (!this.transaction.isFinished()) {
				Connection current = this.transaction.fetchedConnection();
				if (current != null) {
					this.cancelledOn = current;
					cancelStatement(current);
				}
			}
		}
		catch (SQLException | RuntimeException ex) {
			logger.debug("Could not cancel the statement of a transaction", ex);
		}
		finally {
			this.lock.unlock();
		}
	}

	/**
	 * Hibernate may give the connection back before the transaction's end is told, and
	 * only the lease knows.
	 */
	private static void cancelStatement(Connection connection) throws SQLException {
		if (connection.isWrapperFor(LeasedConnection.class)) {
			connection.unwrap(LeasedConnection.class).cancelStatement();
		}
		else {
			connection.unwrap(PGConnection.class).cancelQuery();
		}
	}

	/**
	 * Returns the connection to which a request was sent.
	 * @return the connection, {@code null} if there was no request
	 */
	@Nullable Connection cancelledOn() {
		return this.cancelledOn;
	}

	/**
	 * Waits while a request is under way.
	 */
	void awaitQuiet() {
		this.lock.lock();
		this.lock.unlock();
	}

}
