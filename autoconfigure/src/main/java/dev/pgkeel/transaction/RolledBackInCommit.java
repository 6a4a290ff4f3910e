package dev.pgkeel.transaction;

import java.sql.SQLException;
import java.sql.SQLTransactionRollbackException;

import org.jspecify.annotations.Nullable;

/**
 * The connection is lost, and so is the transaction: that much is certain.
 */
final class RolledBackInCommit extends SQLTransactionRollbackException {

	/**
	 * The standard's code for a rollback without a more special reason.
	 */
	private static final String TRANSACTION_ROLLBACK = "40000";

	private RolledBackInCommit(String message, @Nullable SQLException cause) {
		super(message, TRANSACTION_ROLLBACK, cause);
	}

	static RolledBackInCommit before(@Nullable SQLException cause) {
		return new RolledBackInCommit(
				"The connection was lost before COMMIT was sent, so the transaction was rolled back. It can be run again",
				cause);
	}

	static RolledBackInCommit in(String transactionId, SQLException cause) {
		return new RolledBackInCommit("The connection was lost in COMMIT, and the server says that transaction "
				+ transactionId + " was rolled back. It can be run again", cause);
	}

	static @Nullable RolledBackInCommit in(Throwable failure) {
		for (Throwable ex = failure; ex != null; ex = ex.getCause()) {
			if (ex instanceof RolledBackInCommit rolledBack) {
				return rolledBack;
			}
		}
		return null;
	}

}
