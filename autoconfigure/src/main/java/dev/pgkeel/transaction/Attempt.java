package dev.pgkeel.transaction;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

import javax.sql.DataSource;

import dev.pgkeel.lease.GuardedDataSource;
import dev.pgkeel.lease.PoolLeases;
import dev.pgkeel.server.DatabaseTarget;
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

	private final @Nullable RunningTransaction running;

	private boolean ownTransaction;

	private Instant commitTime = Instant.EPOCH;

	private List<DataSource> dataSources = List.of();

	private boolean reachedCommit;

	private boolean committed;

	private boolean completing;

	private boolean completionUnknown;

	private Attempt(boolean resolvesCommit, @Nullable RunningTransaction running) {
		this.resolvesCommit = resolvesCommit;
		this.running = running;
	}

	/**
	 * Begins an attempt.
	 * @param status the transaction, {@code null} if nobody tells
	 * @param resolvesCommit whether it is to be found out what became of it when the
	 * connection is lost in COMMIT
	 * @param running what the guard knows of it, {@code null} without a guard
	 */
	static Attempt of(@Nullable TransactionStatus status, boolean resolvesCommit,
			@Nullable RunningTransaction running) {
		Attempt attempt = new Attempt(resolvesCommit, running);
		attempt.ownTransaction = status != null && status.isNewTransaction();
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
		this.dataSources = boundDataSources();
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

	private static List<DataSource> boundDataSources() {
		List<DataSource> found = new ArrayList<>(1);
		for (Object key : TransactionSynchronizationManager.getResourceMap().keySet()) {
			if (key instanceof DataSource dataSource) {
				found.add(dataSource);
			}
		}
		return found;
	}

	/**
	 * Notes that its connection commits.
	 */
	void reachCommit() {
		this.reachedCommit = true;
	}

	/**
	 * JPA writes what it has not written yet before it commits, and a connection may be
	 * lost there.
	 */
	private boolean wasNotSent() {
		return (this.running != null && !this.running.isCommitBegun() && this.completing) || (!this.reachedCommit
				&& !this.dataSources.isEmpty() && this.dataSources.stream().allMatch(Attempt::guardsCommits));
	}

	private static boolean guardsCommits(DataSource dataSource) {
		PoolLeases leases = (DatabaseTarget.pool(dataSource) instanceof GuardedDataSource pool) ? pool.leases() : null;
		return leases != null && leases.guardsCommits();
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
	public void beforeCompletion() {
		this.completing = true;
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
		return this.ownTransaction && !this.committed && !mayBeCommittedByChance() && SqlStates.retryable(failure);
	}

	/**
	 * Spring 7.0 takes a {@code TransactionException} of a synchronization before the
	 * commit for a failed COMMIT, see {@link UnsentCommit}: without a limit nobody rolls
	 * back then.
	 */
	private boolean mayBeCommittedByChance() {
		return this.completionUnknown && !this.completing && (this.running == null || !this.running.isRolledBack());
	}

	boolean isCommitted() {
		return this.committed;
	}

	/**
	 * Throws if a failed commit leaves open what became of the transaction.
	 */
	void throwIfUnknown(RuntimeException failure) {
		if (!this.ownTransaction || this.committed || RolledBackInCommit.in(failure) != null
				|| (this.running != null && this.running.isRolledBack())) {
			return;
		}
		CommitOutcomeUnknownException unknown = CommitOutcomeUnknownException.in(failure);
		if (unknown != null) {
			throw unknown;
		}
		if (wasNotSent()) {
			return;
		}
		// JdbcTransactionManager 7.0 rolls back after a failed COMMIT, and where that
		// fails too, throws the rollback's exception, which does not tell what the server
		// said
		if (SqlStates.outcomeUnknown(failure) || (this.completionUnknown && !SqlStates.known(failure)
				&& isOfADatabase(failure) && !FailedFlush.isCauseOf(failure))) {
			throw new CommitOutcomeUnknownException(null, this.commitTime,
					(this.resolvesCommit && !this.reachedCommit)
							? "its pool is not a GuardedDataSource, or pgkeel.mode=observe asks nothing" : null,
					failure);
		}
	}

	/**
	 * Transactions of other kinds fail with a {@code TransactionSystemException} too.
	 */
	private boolean isOfADatabase(RuntimeException failure) {
		return !this.dataSources.isEmpty() || SqlStates.in(failure);
	}

	RuntimeException commitFailure(RuntimeException failure) {
		RolledBackInCommit rolledBack = RolledBackInCommit.in(failure);
		return (rolledBack != null && rolledBack.getMessage() != null && this.ownTransaction && !this.committed
				&& !mayBeCommittedByChance()) ? new CommitRolledBackException(rolledBack.getMessage(), failure)
						: failure;
	}

}
