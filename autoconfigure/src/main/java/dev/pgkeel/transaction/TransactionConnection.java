package dev.pgkeel.transaction;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.Map;

import dev.pgkeel.lease.LeasedConnection;
import org.jspecify.annotations.Nullable;

import org.springframework.jdbc.datasource.ConnectionHolder;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/**
 * Tells the connection of the current thread's transaction from those that the thread
 * uses beside it.
 */
final class TransactionConnection {

	private TransactionConnection() {
	}

	/**
	 * Returns whether a connection is that of the transaction. Without a transaction none
	 * is; where the transaction manager does not tell, each may be.
	 */
	static boolean is(LeasedConnection handle) {
		if (!TransactionSynchronizationManager.isActualTransactionActive()) {
			return false;
		}
		boolean told = false;
		for (Map.Entry<Object, Object> resource : TransactionSynchronizationManager.getResourceMap().entrySet()) {
			if (resource.getValue() instanceof ConnectionHolder holder) {
				told = true;
				if (isSame(FetchedConnection.of(holder, resource.getKey()).get(), handle)) {
					return true;
				}
			}
		}
		return !told;
	}

	private static boolean isSame(@Nullable Connection connection, LeasedConnection handle) {
		try {
			return connection != null && connection.isWrapperFor(LeasedConnection.class)
					&& connection.unwrap(LeasedConnection.class) == handle;
		}
		catch (SQLException ex) {
			// It was given back
			return false;
		}
	}

}
