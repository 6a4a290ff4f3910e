package dev.pgkeel.transaction;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.locks.ReentrantLock;

import dev.pgkeel.lease.LeasedConnection;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.postgresql.PGConnection;

import org.springframework.jdbc.datasource.ConnectionHolder;

/**
 * Cancels what a transaction runs, from another thread. A request that is under way
 * delays the transaction's end, so that it never meets the connection's next borrower.
 */
final class Cancellation {

	private static final Log logger = LogFactory.getLog(Cancellation.class);

	private final RunningTransaction transaction;

	private final ConnectionHolder connection;

	// Not a monitor, which would hold a virtual thread's carrier before JDK 24
	private final ReentrantLock lock = new ReentrantLock();

	Cancellation(RunningTransaction transaction, ConnectionHolder connection) {
		this.transaction = transaction;
		this.connection = connection;
	}

	/**
	 * Cancels the statement that runs, if any.
	 */
	void cancel() {
		this.lock.lock();
		try {
			if (!this.transaction.isFinished()) {
				cancelStatement(this.connection.getConnection());
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
	 * Waits while a request is under way.
	 */
	void awaitQuiet() {
		this.lock.lock();
		this.lock.unlock();
	}

}
