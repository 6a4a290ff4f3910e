package dev.pgkeel.transaction;

import org.springframework.dao.QueryTimeoutException;
import org.springframework.transaction.TransactionTimedOutException;

/**
 * What the caller of an expired transaction gets. In another transaction's
 * {@code beforeCommit} synchronization it is no {@code TransactionException}: Spring 7.0
 * takes one there for a failed COMMIT, and does not roll that transaction back.
 */
final class TimeoutFailure {

	private static final String SYNCHRONIZATIONS = "org.springframework.transaction.support.TransactionSynchronizationUtils";

	private TimeoutFailure() {
	}

	static RuntimeException of(String message) {
		return isBeforeCommit() ? new QueryTimeoutException(message) : new TransactionTimedOutException(message);
	}

	static RuntimeException of(String message, Throwable cause) {
		return isBeforeCommit() ? new QueryTimeoutException(message, cause)
				: new TransactionTimedOutException(message, cause);
	}

	/**
	 * Asked of the stack, since no listener hears of it, and only once something failed.
	 */
	private static boolean isBeforeCommit() {
		return StackWalker.getInstance()
			.walk((frames) -> frames.anyMatch((frame) -> frame.getMethodName().equals("triggerBeforeCommit")
					&& frame.getClassName().equals(SYNCHRONIZATIONS)));
	}

}
