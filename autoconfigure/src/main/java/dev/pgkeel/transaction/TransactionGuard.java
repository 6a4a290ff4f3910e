package dev.pgkeel.transaction;

import java.time.Duration;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.LongAdder;

import javax.sql.DataSource;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import org.springframework.aop.framework.AopInfrastructureBean;
import org.springframework.dao.QueryTimeoutException;
import org.springframework.jdbc.datasource.ConnectionHolder;
import org.springframework.transaction.TransactionExecution;
import org.springframework.transaction.TransactionExecutionListener;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/**
 * Listener of all transactions of the transaction managers that it is registered with,
 * declarative ones too: knows which run, holds those with a timeout to it, reports those
 * that take long, and tells observers how they ended. Safe for use by several threads.
 *
 * @since 0.1.0
 */
public final class TransactionGuard implements TransactionExecutionListener, AutoCloseable, AopInfrastructureBean {

	private static final Log logger = LogFactory.getLog(TransactionGuard.class);

	private final RunningTransactions running = new RunningTransactions();

	private final DeadlineClock clock = new DeadlineClock();

	private final TransactionGuardSettings settings;

	private final TransactionLimits limits;

	private final @Nullable TransactionWatch watch;

	private final List<TransactionObserver> observers = new CopyOnWriteArrayList<>();

	private final LongAdder[] durations = new LongAdder[TransactionFigures.BUCKETS];

	private final LongAdder retries = new LongAdder();

	private final ThreadLocal<@Nullable Deadline> lastExpired = new ThreadLocal<>();

	private final ThreadCommits threadCommits = new ThreadCommits();

	/**
	 * Creates the listener.
	 * @param settings what it does
	 * @param idleTimes tells how long sessions have been idle
	 */
	public TransactionGuard(TransactionGuardSettings settings, IdleTimes idleTimes) {
		this.settings = settings;
		this.limits = new TransactionLimits(settings.serverSide(), settings.observe(), this.clock);
		this.watch = settings.slowAfter().isZero() ? null : new TransactionWatch(this.running, settings.slowAfter(),
				settings.verySlowAfter(), idleTimes, this.clock);
		Arrays.setAll(this.durations, (bucket) -> new LongAdder());
	}

	@Override
	public void beforeBegin(TransactionExecution transaction) {
		if (transaction.isNewTransaction()) {
			TransactionLimits.beforeBegin(this.running.innermost());
		}
	}

	@Override
	public void afterBegin(TransactionExecution transaction, @Nullable Throwable beginFailure) {
		if (beginFailure != null || !transaction.isNewTransaction()) {
			return;
		}
		RunningTransaction begun = begin(transaction, this.running.innermost());
		this.running.add(begun);
		this.limits.afterBegin(begun);
		if (TransactionSynchronizationManager.isSynchronizationActive()) {
			if (begun.deadline() != null && !this.settings.observe()) {
				TransactionSynchronizationManager.registerSynchronization(new UnsentCommit(begun, this::rolledBack));
			}
			else if (this.threadCommits.areWanted()) {
				TransactionSynchronizationManager
					.registerSynchronization(new CommitByChance(begun, this.threadCommits::count));
			}
		}
		if (this.watch != null) {
			this.watch.wakeUp();
		}
	}

	private static RunningTransaction begin(TransactionExecution transaction, @Nullable RunningTransaction outer) {
		Object key = null;
		ConnectionHolder holder = null;
		for (Map.Entry<Object, Object> resource : TransactionSynchronizationManager.getResourceMap().entrySet()) {
			// Of several, that with a timeout is the new one
			if (resource.getKey() instanceof DataSource && resource.getValue() instanceof ConnectionHolder candidate
					&& (outer == null || !outer.uses(candidate)) && (holder == null || candidate.hasTimeout())) {
				key = resource.getKey();
				holder = candidate;
			}
		}
		return new RunningTransaction(transaction, outer, key, holder);
	}

	@Override
	public void beforeCommit(TransactionExecution transaction) {
		RunningTransaction running = find(transaction);
		if (running == null) {
			return;
		}
		TransactionLimits.beforeCommit(running);
		if (running.isCancelled()) {
			throw new QueryTimeoutException(running.title() + " was cancelled, since the application shuts down");
		}
		running.commitBegins();
	}

	@Override
	public void afterCommit(TransactionExecution transaction, @Nullable Throwable commitFailure) {
		RunningTransaction running = find(transaction);
		if (running != null) {
			TransactionLimits.end(running);
			if (commitFailure == null) {
				UnconfirmedCommit.report(running);
			}
			end(running, outcome(running, commitFailure));
		}
	}

	private static TransactionOutcome outcome(RunningTransaction transaction, @Nullable Throwable commitFailure) {
		if (commitFailure == null) {
			return TransactionOutcome.COMMITTED;
		}
		LostCommit.take();
		boolean said = SqlStates.known(commitFailure) ? !SqlStates.outcomeUnknown(commitFailure)
				: FailedFlush.isCauseOf(commitFailure);
		return said ? rollback(transaction) : TransactionOutcome.UNKNOWN;
	}

	@Override
	public void beforeRollback(TransactionExecution transaction) {
		RunningTransaction running = find(transaction);
		if (running != null) {
			TransactionLimits.end(running);
		}
	}

	@Override
	public void afterRollback(TransactionExecution transaction, @Nullable Throwable rollbackFailure) {
		RunningTransaction running = find(transaction);
		if (running != null) {
			TransactionLimits.end(running);
			boolean lost = LostCommit.take() || rollbackFailure != null;
			boolean unknown = lost && running.isCommitBegun();
			rolledBack(running, unknown ? TransactionOutcome.UNKNOWN : rollback(running));
		}
	}

	private void rolledBack(RunningTransaction transaction) {
		rolledBack(transaction, rollback(transaction));
	}

	private void rolledBack(RunningTransaction transaction, TransactionOutcome outcome) {
		end(transaction, outcome);
		if (outcome == TransactionOutcome.TIMED_OUT) {
			this.lastExpired.set(transaction.deadline());
		}
	}

	private static TransactionOutcome rollback(RunningTransaction transaction) {
		Deadline deadline = transaction.deadline();
		return (deadline != null && deadline.isExpired()) ? TransactionOutcome.TIMED_OUT
				: TransactionOutcome.ROLLED_BACK;
	}

	private void end(RunningTransaction ended, TransactionOutcome outcome) {
		ended.end(outcome);
		this.running.leaveOut(ended);
		// Of one inside this one, whose caller has gone on without it
		this.lastExpired.remove();
		long nanos = ended.elapsedNanos();
		this.durations[TransactionFigures.bucket(nanos)].increment();
		if (this.threadCommits.areWanted() && outcome != TransactionOutcome.ROLLED_BACK
				&& outcome != TransactionOutcome.TIMED_OUT) {
			this.threadCommits.count();
		}
		if (this.observers.isEmpty()) {
			return;
		}
		Duration duration = Duration.ofNanos(nanos);
		for (TransactionObserver observer : this.observers) {
			try {
				observer.ended(ended.execution().getTransactionName(), outcome, duration);
			}
			catch (RuntimeException ex) {
				logger.debug("The end of a transaction cannot be observed", ex);
			}
		}
	}

	/**
	 * Returns what is known of a transaction of the current thread, unless it is over.
	 */
	@Nullable RunningTransaction find(TransactionExecution transaction) {
		return transaction.isNewTransaction() ? this.running.find(transaction) : null;
	}

	/**
	 * Has the ends of transactions observed.
	 * @param observer the observer
	 */
	public void observeWith(TransactionObserver observer) {
		this.observers.add(observer);
	}

	/**
	 * Returns the transactions that run. Nobody is asked for it.
	 * @return the transactions, longest first
	 */
	public List<TransactionDescription> running() {
		return this.running.all()
			.stream()
			.map(TransactionDescription::of)
			.sorted(Comparator.comparing(TransactionDescription::runningFor).reversed())
			.toList();
	}

	/**
	 * Returns what the transactions that have ended add up to. The difference of two
	 * moments tells the rate and the percentiles of the time between them.
	 * @return the figures
	 */
	public TransactionFigures figures() {
		return new TransactionFigures(Arrays.stream(this.durations).mapToLong(LongAdder::sum).toArray());
	}

	/**
	 * Returns how often guarded templates ran a transaction again.
	 * @return the number
	 */
	public long retries() {
		return this.retries.sum();
	}

	void countRetry() {
		this.retries.increment();
	}

	/**
	 * Returns the limit that ended the last transaction of the current thread.
	 * @param nanoTime a moment
	 * @return the limit, {@code null} if it was none, or earlier than that moment
	 */
	@Nullable Deadline expiredSince(long nanoTime) {
		Deadline deadline = this.lastExpired.get();
		this.lastExpired.remove();
		return (deadline != null && deadline.isEndedSince(nanoTime)) ? deadline : null;
	}

	ThreadCommits threadCommits() {
		return this.threadCommits;
	}

	/**
	 * Notes that a transaction of the current thread is one of the application's
	 * template.
	 * @param transaction the transaction, {@code null} from a manager that a test mocks:
	 * Spring's template does not look at it
	 * @return what is known of it, {@code null} if it is not the thread's own
	 */
	@Nullable RunningTransaction ofTemplate(@Nullable TransactionExecution transaction) {
		Duration limit = this.settings.observedTimeout();
		RunningTransaction running = (transaction != null) ? find(transaction) : null;
		if (limit != null && running != null) {
			this.limits.observe(running, limit);
		}
		return running;
	}

	/**
	 * Waits for the transactions that run, and cancels those that do not finish in time.
	 * @param closer the thread that waits for this to end, whose own transactions cannot
	 * finish before
	 * @param patience how long to wait for transactions to finish
	 * @param grace how long to wait for cancelled ones to roll back
	 * @return how many of each
	 * @throws InterruptedException if the thread is interrupted
	 */
	public DrainedTransactions drain(Thread closer, Duration patience, Duration grace) throws InterruptedException {
		return new TransactionDrain(this.running, closer).drain(patience, grace);
	}

	@Override
	public void close() {
		this.clock.close();
	}

}
