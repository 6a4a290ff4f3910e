package dev.pgkeel.transaction;

import org.springframework.transaction.support.TransactionSynchronization;

/**
 * Tells of a transaction whose end no listener hears of, and that may have committed
 * though its COMMIT was never asked for, see {@link UnsentCommit}.
 *
 * @param transaction the transaction
 * @param listener is told
 */
record CommitByChance(RunningTransaction transaction, Runnable listener) implements TransactionSynchronization {

	@Override
	public void afterCompletion(int status) {
		if (status == STATUS_UNKNOWN && !this.transaction.isCommitBegun()) {
			this.listener.run();
		}
	}

	@Override
	public int getOrder() {
		return HIGHEST_PRECEDENCE;
	}

}
