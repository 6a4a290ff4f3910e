package dev.pgkeel.transaction;

import java.sql.Connection;
import java.time.Duration;

import org.jspecify.annotations.Nullable;

import org.springframework.jdbc.datasource.ConnectionHolder;
import org.springframework.transaction.TransactionExecution;

/**
 * A transaction that has begun, and who runs it. Begun and ended by its own thread, read
 * by others.
 */
final class RunningTransaction {

	private final TransactionExecution execution;

	private final Thread holder;

	private final @Nullable RunningTransaction outer;

	private final @Nullable Object connectionKey;

	private final @Nullable ConnectionHolder connection;

	private final @Nullable FetchedConnection fetched;

	private final long since = System.nanoTime();

	private volatile @Nullable Deadline deadline;

	private volatile boolean commitBegun;

	private volatile boolean rolledBack;

	private volatile boolean cancelled;

	private volatile boolean finished;

	private volatile @Nullable TransactionOutcome outcome;

	private volatile @Nullable Cancellation cancellation;

	private int reports;

	/**
	 * The next transaction of the registry's chain.
	 */
	volatile @Nullable RunningTransaction next;

	RunningTransaction(TransactionExecution execution, @Nullable RunningTransaction outer,
			@Nullable Object connectionKey, @Nullable ConnectionHolder connection) {
		this.execution = execution;
		this.holder = Thread.currentThread();
		this.outer = outer;
		this.connectionKey = connectionKey;
		this.connection = connection;
		this.fetched = (connection != null) ? FetchedConnection.of(connection, connectionKey) : null;
	}

	TransactionExecution execution() {
		return this.execution;
	}

	Thread holder() {
		return this.holder;
	}

	/**
	 * Returns the transaction that its thread was in when it began.
	 */
	@Nullable RunningTransaction outer() {
		return this.outer;
	}

	/**
	 * Returns the data source, {@code null} if the transaction is none of a data source.
	 */
	@Nullable Object connectionKey() {
		return this.connectionKey;
	}

	@Nullable ConnectionHolder connection() {
		return this.connection;
	}

	/**
	 * Returns the connection, once it was fetched. Nothing here fetches it.
	 */
	@Nullable Connection fetchedConnection() {
		return (this.fetched != null) ? this.fetched.get() : null;
	}

	boolean uses(ConnectionHolder other) {
		return this.connection == other || (this.outer != null && this.outer.uses(other));
	}

	Duration elapsed() {
		return Duration.ofNanos(elapsedNanos());
	}

	long elapsedNanos() {
		return System.nanoTime() - this.since;
	}

	@Nullable Deadline deadline() {
		return this.deadline;
	}

	void limitTo(Deadline limit) {
		this.deadline = limit;
	}

	void commitBegins() {
		this.commitBegun = true;
	}

	boolean isCommitBegun() {
		return this.commitBegun;
	}

	/**
	 * Notes that the transaction rolled back in place of its COMMIT, which Spring does
	 * not know.
	 */
	void rolledBack() {
		this.rolledBack = true;
	}

	boolean isRolledBack() {
		return this.rolledBack;
	}

	/**
	 * Has the transaction refused at its commit.
	 */
	void cancel() {
		this.cancelled = true;
	}

	boolean isCancelled() {
		return this.cancelled;
	}

	/**
	 * Returns how often the transaction was reported as slow. Only who reports asks and
	 * counts.
	 */
	int reports() {
		return this.reports;
	}

	void countReport() {
		this.reports++;
	}

	/**
	 * Has nothing cancelled any more, because the transaction commits no later than now
	 * or rolls back.
	 */
	void finish() {
		this.finished = true;
		// Who cancels first shows the cancellation and then asks
		Cancellation underWay = this.cancellation;
		if (underWay != null) {
			underWay.awaitQuiet();
		}
	}

	boolean isFinished() {
		return this.finished;
	}

	/**
	 * Returns what cancels the transaction's statements.
	 * @return the cancellation, {@code null} if there is no connection
	 */
	synchronized @Nullable Cancellation cancellation() {
		Cancellation known = this.cancellation;
		if (known == null && this.connection != null) {
			known = new Cancellation(this);
			this.cancellation = known;
		}
		return known;
	}

	/**
	 * Returns the connection on which something of the transaction was cancelled.
	 * @return the connection, {@code null} if nothing was
	 */
	@Nullable Connection cancelledOn() {
		Cancellation known = this.cancellation;
		return (known != null) ? known.cancelledOn() : null;
	}

	void end(TransactionOutcome how) {
		this.outcome = how;
	}

	boolean isCommitted() {
		return this.outcome == TransactionOutcome.COMMITTED;
	}

	/**
	 * Returns whether the transaction is over. Spring 7.0 tells no listener when a
	 * synchronization's {@code beforeCommit} fails with a {@code TransactionException},
	 * and nobody ends a transaction whose thread has ended: to know it would only keep
	 * its connection reachable, which was leaked.
	 */
	boolean isOver() {
		return this.outcome != null || this.execution.isCompleted() || !this.holder.isAlive();
	}

	/**
	 * Returns the transaction's name in quotes, or words for one that has none.
	 */
	String title() {
		return title(this.execution.getTransactionName());
	}

	static String title(@Nullable String name) {
		return (name != null && !name.isEmpty()) ? "Transaction '" + name + "'" : "A transaction without a name";
	}

}
