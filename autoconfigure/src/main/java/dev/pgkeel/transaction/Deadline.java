package dev.pgkeel.transaction;

import java.sql.SQLException;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import org.springframework.dao.QueryTimeoutException;
import org.springframework.transaction.TransactionTimedOutException;
import org.springframework.transaction.UnexpectedRollbackException;
import org.springframework.transaction.support.TransactionSynchronization;

/**
 * The limit of one transaction. Once it has expired, the transaction can only roll back,
 * and whatever statement runs in it is cancelled, again and again until it ends. Until
 * then it looks from time to time whether the transaction's thread waits for the server.
 * Safe for use by several threads.
 */
final class Deadline implements TransactionSynchronization {

	private static final Log logger = LogFactory.getLog(Deadline.class);

	private static final Duration CANCEL_AGAIN = Duration.ofMillis(250);

	private static final int LOOKS = 20;

	/**
	 * What Hibernate refuses to work with after the limit. It has no cause, and Hibernate
	 * may not be there.
	 */
	private static final String HIBERNATE_EXPIRED = "org.hibernate.TransactionException";

	private final RunningTransaction transaction;

	private final Duration limit;

	private final boolean inherited;

	private final DeadlineClock clock;

	private final @Nullable Consumer<Deadline> observer;

	private volatile @Nullable Future<?> task;

	private volatile boolean ended;

	private volatile long endedAt;

	private volatile boolean expired;

	private volatile int looks;

	private volatile int looksInStatement;

	/**
	 * Creates the limit.
	 * @param transaction the transaction
	 * @param limit how long it may take
	 * @param inherited whether that is what was left of the transaction around it
	 * @param clock wakes it up
	 * @param observer is told of the expiry in place of everything else that follows from
	 * it, {@code null} if the limit binds
	 */
	Deadline(RunningTransaction transaction, Duration limit, boolean inherited, DeadlineClock clock,
			@Nullable Consumer<Deadline> observer) {
		this.transaction = transaction;
		this.limit = limit;
		this.inherited = inherited;
		this.clock = clock;
		this.observer = observer;
	}

	void start() {
		wakeUpIn(untilNextLook());
	}

	private Duration untilNextLook() {
		Duration look = DeadlineClock.betweenLooks(this.limit, LOOKS);
		Duration rest = remaining();
		return (rest.compareTo(look) < 0) ? rest : look;
	}

	private void wakeUpIn(Duration delay) {
		if (this.ended) {
			return;
		}
		try {
			Future<?> next = this.clock.wakeUp(this::look, delay);
			this.task = next;
			if (this.ended) {
				next.cancel(false);
			}
		}
		catch (RejectedExecutionException ex) {
			logger.debug("Nobody looks at a transaction's limit", ex);
		}
	}

	/**
	 * Called on the clock's thread, which must not wait: a cancel request has a thread of
	 * its own.
	 */
	private void look() {
		if (this.ended || this.transaction.isOver()) {
			return;
		}
		if (!this.expired) {
			noteWhatItDoes();
		}
		if (!isPast()) {
			wakeUpIn(untilNextLook());
			return;
		}
		this.expired = true;
		try {
			this.clock.work((this.observer != null) ? () -> this.observer.accept(this) : this::cancel);
		}
		catch (RejectedExecutionException ex) {
			logger.debug("Nobody can act on a transaction's limit for now", ex);
			wakeUpIn(CANCEL_AGAIN);
		}
	}

	private boolean isPast() {
		return remaining().isNegative() || remaining().isZero();
	}

	private void noteWhatItDoes() {
		boolean inStatement = DriverCalls.isIn(this.transaction.holder().getStackTrace());
		// Written by one thread at a time
		this.looksInStatement = this.looksInStatement + (inStatement ? 1 : 0);
		this.looks = this.looks + 1;
	}

	private void cancel() {
		Cancellation cancellation = this.transaction.cancellation();
		if (cancellation != null) {
			cancellation.cancel();
		}
		wakeUpIn(CANCEL_AGAIN);
	}

	/**
	 * The transaction is over for the server, and what others do after it has no limit.
	 */
	@Override
	public void afterCommit() {
		end();
	}

	@Override
	public void afterCompletion(int status) {
		end();
	}

	@Override
	public int getOrder() {
		return HIGHEST_PRECEDENCE;
	}

	/**
	 * Ends the limit. A transaction that is told to roll back later than its limit has
	 * expired, whether or not anybody was there to cancel it.
	 */
	void end() {
		if (!this.ended && isPast()) {
			this.expired = true;
		}
		this.endedAt = System.nanoTime();
		this.ended = true;
		Future<?> next = this.task;
		if (next != null) {
			next.cancel(false);
		}
		this.transaction.finish();
	}

	boolean isEnded() {
		return this.ended;
	}

	boolean isEndedSince(long nanoTime) {
		return this.ended && this.endedAt - nanoTime >= 0;
	}

	/**
	 * Returns whether the limit has expired and binds.
	 */
	boolean isExpired() {
		return this.observer == null && (this.expired || (!this.ended && isPast()));
	}

	/**
	 * Tells the limit's own failures from those of the callback, which keep their type,
	 * and from a connection that was lost in COMMIT: then nobody knows that it rolled
	 * back.
	 * @param failure what the transaction failed with
	 * @return whether it is a consequence of the limit
	 */
	boolean causedFailure(Throwable failure) {
		if (!isExpired() || (this.transaction.isCommitBegun() && SqlStates.outcomeUnknown(failure))) {
			return false;
		}
		for (Throwable ex = failure; ex != null; ex = ex.getCause()) {
			if (ex instanceof TransactionTimedOutException || ex instanceof UnexpectedRollbackException
					|| ex instanceof QueryTimeoutException || ex.getClass().getName().equals(HIBERNATE_EXPIRED)
					|| (ex instanceof SQLException sql && isOfLimit(sql.getSQLState()))) {
				return true;
			}
		}
		return false;
	}

	/**
	 * Cancelled, in a failed transaction, or the session ended by a timeout of the
	 * server, which the driver may only see as a lost connection.
	 */
	private static boolean isOfLimit(@Nullable String state) {
		return state != null && (state.equals("57014") || state.startsWith("25P") || state.startsWith("08"));
	}

	Duration limit() {
		return this.limit;
	}

	Duration remaining() {
		return this.limit.minus(this.transaction.elapsed());
	}

	String title() {
		return this.transaction.title();
	}

	/**
	 * Returns the limit, the time that passed and what it went into.
	 */
	String describe() {
		double elapsed = seconds(this.transaction.elapsed());
		String text = String.format(Locale.ROOT, "%s took %.1f s, its limit is %.1f s%s", this.transaction.title(),
				elapsed, seconds(this.limit), this.inherited ? ", which was left of the transaction around it" : "");
		int all = this.looks;
		if (all == 0) {
			return text;
		}
		double inStatements = elapsed * this.looksInStatement / all;
		return text + String.format(Locale.ROOT, ": about %.1f s in statements and %.1f s idle between them",
				inStatements, elapsed - inStatements);
	}

	private static double seconds(Duration duration) {
		return duration.toMillis() / 1000.0;
	}

}
