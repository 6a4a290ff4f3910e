package dev.pgkeel.transaction;

import org.springframework.transaction.TransactionStatus;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/**
 * What is known about one attempt. A failure after the commit, in a synchronization, is
 * neither one of the commit nor a reason to run the transaction again.
 */
final class Attempt implements TransactionSynchronization {

	private boolean ownTransaction;

	private boolean committed;

	private boolean completionUnknown;

	static Attempt of(TransactionStatus status) {
		Attempt attempt = new Attempt();
		attempt.ownTransaction = status.isNewTransaction();
		if (attempt.ownTransaction && TransactionSynchronizationManager.isSynchronizationActive()) {
			TransactionSynchronizationManager.registerSynchronization(attempt);
		}
		return attempt;
	}

	@Override
	public int getOrder() {
		return HIGHEST_PRECEDENCE;
	}

	@Override
	public void afterCommit() {
		this.committed = true;
	}

	@Override
	public void afterCompletion(int status) {
		this.completionUnknown = (status == STATUS_UNKNOWN);
	}

	boolean mayRunAgain(Throwable failure) {
		return this.ownTransaction && !this.committed && SqlStates.retryable(failure);
	}

	// JdbcTransactionManager 7.0 rolls back after a failed COMMIT, and where that fails
	// too,
	// throws the rollback's exception, which does not tell what the server said
	boolean leavesOpen(Throwable commitFailure) {
		return this.ownTransaction && !this.committed && (SqlStates.outcomeUnknown(commitFailure)
				|| (this.completionUnknown && !SqlStates.known(commitFailure)));
	}

}
