package dev.pgkeel.transaction;

import org.springframework.transaction.support.TransactionSynchronizationManager;

/**
 * Note of the current thread that the connection of its transaction was lost in COMMIT.
 * With JPA Spring rolls back after that, and tells listeners of a rollback only.
 */
final class LostCommit {

	private LostCommit() {
	}

	static void note() {
		if (TransactionSynchronizationManager.isActualTransactionActive()
				&& !TransactionSynchronizationManager.hasResource(LostCommit.class)) {
			TransactionSynchronizationManager.bindResource(LostCommit.class, Boolean.TRUE);
		}
	}

	/**
	 * Returns whether there is such a note, and removes it.
	 */
	static boolean take() {
		return TransactionSynchronizationManager.unbindResourceIfPossible(LostCommit.class) != null;
	}

}
