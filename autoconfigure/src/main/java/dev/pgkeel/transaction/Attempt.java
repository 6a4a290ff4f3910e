package dev.pgkeel.transaction;

import java.time.Instant;

import org.jspecify.annotations.Nullable;

import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.TransactionStatus;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/**
 * What is known about one attempt. A failure after the commit, in a synchronization, is
 * neither one of the commit nor a reason to run the transaction again.
 */
final class Attempt implements TransactionSynchronization {

	private final boolean resolvesCommit;

	private boolean ownTransaction;

	private Instant commitTime = Instant.EPOCH;

	private boolean committed;

	private boolean completionUnknown;

	private Attempt(boolean resolvesCommit) {
		this.resolvesCommit = resolvesCommit;
	}

	static Attempt of(TransactionStatus status, boolean resolvesCommit) {
		Attempt attempt = new Attempt(resolvesCommit);
		attempt.ownTransaction = status.isNewTransaction();
		if (attempt.ownTransaction && TransactionSynchronizationManager.isSynchronizationActive()) {
			TransactionSynchronizationManager.registerSynchronization(attempt);
		}
		return attempt;
	}

	/**
	 * Returns the attempt that this thread commits.
	 */
	static @Nullable Attempt committing() {
		return (Attempt) TransactionSynchronizationManager.getResource(Attempt.class);
	}

	void commit(PlatformTransactionManager manager, TransactionStatus status) {
		if (!this.ownTransaction) {
			manager.commit(status);
			return;
		}
		this.commitTime = Instant.now();
		Object outer = TransactionSynchronizationManager.unbindResourceIfPossible(Attempt.class);
		TransactionSynchronizationManager.bindResource(Attempt.class, this);
		try {
			manager.commit(status);
		}
		finally {
			TransactionSynchronizationManager.unbindResource(Attempt.class);
			if (outer != null) {
				TransactionSynchronizationManager.bindResource(Attempt.class, outer);
			}
		}
	}

	/**
	 * Returns whether it is to be found out what became of it when the connection is lost
	 * in COMMIT.
	 */
	boolean resolvesCommit() {
		return this.resolvesCommit;
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

	/**
	 * Throws if a failed commit leaves open what became of the transaction.
	 */
	void throwIfUnknown(RuntimeException failure) {
		if (!this.ownTransaction || this.committed || RolledBackInCommit.in(failure) != null) {
			return;
		}
		CommitOutcomeUnknownException unknown = CommitOutcomeUnknownException.in(failure);
		if (unknown != null) {
			throw unknown;
		}
		// JdbcTransactionManager 7.0 rolls back after a failed COMMIT, and where that
		// fails too, throws the rollback's exception, which does not tell what the server
		// said
		if (SqlStates.outcomeUnknown(failure) || (this.completionUnknown && !SqlStates.known(failure))) {
			throw new CommitOutcomeUnknownException(null, this.commitTime,
					this.resolvesCommit ? "its pool is not a GuardedDataSource" : null, failure);
		}
	}

	RuntimeException commitFailure(RuntimeException failure) {
		RolledBackInCommit rolledBack = RolledBackInCommit.in(failure);
		return (rolledBack != null && rolledBack.getMessage() != null && this.ownTransaction && !this.committed)
				? new CommitRolledBackException(rolledBack.getMessage(), failure) : failure;
	}

}
