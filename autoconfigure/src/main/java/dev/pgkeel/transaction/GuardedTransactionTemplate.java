package dev.pgkeel.transaction;

import java.lang.reflect.UndeclaredThrowableException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;

import org.jspecify.annotations.Nullable;

import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.TransactionException;
import org.springframework.transaction.TransactionStatus;
import org.springframework.transaction.support.CallbackPreferringPlatformTransactionManager;
import org.springframework.transaction.support.TransactionCallback;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;
import org.springframework.transaction.support.TransactionTemplate;
import org.springframework.util.Assert;

/**
 * Transaction template that gives its connection back whatever the callback does, and
 * always lets the caller see the callback's own failure: when the rollback fails too,
 * that failure is attached to the first as suppressed, where Spring's template throws it
 * instead. Otherwise it does what {@link TransactionTemplate} does. Safe for use by
 * several threads once configured.
 *
 * @since 0.1.0
 */
public class GuardedTransactionTemplate extends TransactionTemplate {

	// Not serializable, as little as a transaction manager is
	private final transient @Nullable TransactionGuard guard;

	private transient RetrySettings retry = RetrySettings.NONE;

	/**
	 * Whether the server is asked about a lost COMMIT.
	 */
	private boolean resolvesCommit;

	/**
	 * Creates a template with Spring's default settings.
	 * @param transactionManager the transaction manager
	 */
	public GuardedTransactionTemplate(PlatformTransactionManager transactionManager) {
		super(transactionManager);
		this.guard = null;
	}

	/**
	 * Creates a template that takes its settings from a definition.
	 * @param transactionManager the transaction manager
	 * @param definition the settings, which are copied
	 */
	public GuardedTransactionTemplate(PlatformTransactionManager transactionManager, TransactionDefinition definition) {
		super(transactionManager, definition);
		this.guard = null;
	}

	/**
	 * Creates a template that takes its settings from a definition, and tells when a
	 * transaction failed because of its limit.
	 * @param transactionManager the transaction manager
	 * @param definition the settings, which are copied
	 * @param guard the listener of the manager's transactions
	 */
	public GuardedTransactionTemplate(PlatformTransactionManager transactionManager, TransactionDefinition definition,
			TransactionGuard guard) {
		super(transactionManager, definition);
		this.guard = guard;
	}

	/**
	 * Returns a template whose transactions have a limit.
	 * @param timeout the limit of a whole transaction, in whole seconds
	 * @return a template of its own; this one stays as it is
	 */
	public GuardedTransactionTemplate withTimeout(Duration timeout) {
		long seconds = timeout.toSeconds();
		if (seconds < 1 || seconds > Integer.MAX_VALUE || timeout.toNanosPart() != 0) {
			throw new IllegalArgumentException("A transaction's timeout must be whole seconds, between 1 and "
					+ Integer.MAX_VALUE + ", and not " + timeout);
		}
		GuardedTransactionTemplate copy = copy();
		copy.setTimeout((int) seconds);
		return copy;
	}

	/**
	 * Returns a template whose transactions only read.
	 * @return a template of its own; this one stays as it is
	 */
	public GuardedTransactionTemplate readOnly() {
		GuardedTransactionTemplate copy = copy();
		copy.setReadOnly(true);
		return copy;
	}

	/**
	 * Returns a template that runs a transaction again after a serialization failure or a
	 * deadlock, where it is the outermost one. What the callback has committed in a
	 * transaction of its own ({@code REQUIRES_NEW}) stays, and is done again.
	 * @param maxAttempts the number of attempts, the first included
	 * @return a template of its own; this one stays as it is
	 */
	public GuardedTransactionTemplate withRetry(int maxAttempts) {
		GuardedTransactionTemplate copy = copy();
		copy.retry = this.retry.withMaxAttempts(maxAttempts);
		return copy;
	}

	/**
	 * Returns a template that runs a transaction again after a serialization failure or a
	 * deadlock, where it is the outermost one. What the callback has committed in a
	 * transaction of its own ({@code REQUIRES_NEW}) stays, and is done again.
	 * @param retry how often and how soon
	 * @return a template of its own; this one stays as it is
	 */
	public GuardedTransactionTemplate withRetry(RetrySettings retry) {
		GuardedTransactionTemplate copy = copy();
		copy.retry = retry;
		return copy;
	}

	/**
	 * Returns a template that asks the server what became of a transaction whose
	 * connection was lost in COMMIT, where the transaction is its own and the pool a
	 * {@code GuardedDataSource}. Costs one round trip, but for transactions that only
	 * read.
	 * @return a template of its own; this one stays as it is
	 */
	public GuardedTransactionTemplate withCommitResolution() {
		GuardedTransactionTemplate copy = copy();
		copy.resolvesCommit = true;
		return copy;
	}

	/**
	 * Runs something once the current transaction has committed: after the attempt that
	 * did, if it is retried.
	 * @param action what to run
	 * @throws IllegalStateException if there is no transaction
	 */
	public static void afterCommit(Runnable action) {
		Assert.state(
				TransactionSynchronizationManager.isActualTransactionActive()
						&& TransactionSynchronizationManager.isSynchronizationActive(),
				"There is no transaction to commit");
		TransactionSynchronizationManager.registerSynchronization(new TransactionSynchronization() {

			@Override
			public void afterCommit() {
				action.run();
			}

		});
	}

	private GuardedTransactionTemplate copy() {
		PlatformTransactionManager manager = getTransactionManager();
		Assert.state(manager != null, "No PlatformTransactionManager set");
		GuardedTransactionTemplate copy = (this.guard != null)
				? new GuardedTransactionTemplate(manager, this, this.guard)
				: new GuardedTransactionTemplate(manager, this);
		copy.retry = this.retry;
		copy.resolvesCommit = this.resolvesCommit;
		return copy;
	}

	/**
	 * Runs a callback in a transaction.
	 * @param <T> the type of the result
	 * @param action the callback
	 * @return the callback's result
	 * @throws CommitOutcomeUnknownException if the connection was lost in COMMIT, and
	 * nobody can tell what became of the transaction
	 * @throws CommitRolledBackException if the connection was lost in COMMIT, and the
	 * server says that the transaction was rolled back
	 * @throws TransactionException if the transaction cannot be begun or committed
	 * @throws UndeclaredThrowableException if the callback throws a checked exception
	 */
	@Override
	public <T extends @Nullable Object> T execute(TransactionCallback<T> action) throws TransactionException {
		PlatformTransactionManager manager = getTransactionManager();
		if (manager == null || manager instanceof CallbackPreferringPlatformTransactionManager) {
			return super.execute(action);
		}
		if (this.retry.maxAttempts() == 1 || TransactionSynchronizationManager.isActualTransactionActive()) {
			return attempt(manager, action, new AtomicBoolean());
		}
		AtomicBoolean mayRunAgain = new AtomicBoolean();
		return new TransactionRetry(this.retry).execute(() -> attempt(manager, action, mayRunAgain), mayRunAgain::get,
				this::countRetry);
	}

	private void countRetry() {
		if (this.guard != null) {
			this.guard.countRetry();
		}
	}

	private <T extends @Nullable Object> T attempt(PlatformTransactionManager manager, TransactionCallback<T> action,
			AtomicBoolean mayRunAgain) {
		mayRunAgain.set(false);
		TransactionStatus status = manager.getTransaction(this);
		RunningTransaction running = (this.guard != null) ? this.guard.ofTemplate(status) : null;
		Attempt attempt = Attempt.of(status, this.resolvesCommit, running);
		Deadline deadline = (running != null) ? running.deadline() : null;
		T result;
		try {
			result = action.doInTransaction(status);
		}
		catch (RuntimeException | Error ex) {
			rollback(manager, status, ex);
			throwIfExpired(deadline, ex);
			mayRunAgain.set(attempt.mayRunAgain(ex));
			throw ex;
		}
		catch (Throwable ex) {
			rollback(manager, status, ex);
			throwIfExpired(deadline, ex);
			mayRunAgain.set(attempt.mayRunAgain(ex));
			throw new UndeclaredThrowableException(ex, "TransactionCallback threw undeclared checked exception");
		}
		try {
			attempt.commit(manager, status);
		}
		catch (RuntimeException ex) {
			attempt.throwIfUnknown(ex);
			if (!attempt.isCommitted()) {
				throwIfExpired(deadline, ex);
			}
			mayRunAgain.set(attempt.mayRunAgain(ex));
			throw attempt.commitFailure(ex);
		}
		return result;
	}

	private void throwIfExpired(@Nullable Deadline deadline, Throwable cause) {
		if (deadline != null && deadline.causedFailure(cause)) {
			throw TimeoutFailure.of(deadline.describe(), cause);
		}
	}

	private void rollback(PlatformTransactionManager manager, TransactionStatus status, Throwable cause) {
		this.logger.debug("Rolling back after the callback's exception", cause);
		try {
			manager.rollback(status);
		}
		catch (RuntimeException | Error ex) {
			if (ex != cause) {
				cause.addSuppressed(ex);
			}
		}
	}

}
