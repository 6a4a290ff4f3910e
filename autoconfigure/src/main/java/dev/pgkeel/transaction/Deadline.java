package dev.pgkeel.transaction;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

import dev.pgkeel.lease.LeasedConnection;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;

import org.springframework.dao.QueryTimeoutException;
import org.springframework.jdbc.datasource.ConnectionHolder;
import org.springframework.transaction.TransactionTimedOutException;
import org.springframework.transaction.UnexpectedRollbackException;

/**
 * The limit of one transaction. Once it has expired, the transaction can only roll back,
 * and whatever statement runs in it is cancelled, again and again until it ends. Safe for
 * use by several threads.
 */
class Deadline implements Runnable {

	private static final Log logger = LogFactory.getLog(Deadline.class);

	private static final long CANCEL_AGAIN_MILLIS = 250;

	private final ConnectionHolder holder;

	private final Connection connection;

	private final Duration limit;

	private final long startNanos = System.nanoTime();

	private @Nullable ScheduledFuture<?> task;

	private boolean ended;

	private volatile boolean expired;

	Deadline(ConnectionHolder holder, Connection connection, Duration limit) {
		this.holder = holder;
		this.connection = connection;
		this.limit = limit;
	}

	synchronized void start(ScheduledExecutorService scheduler) {
		this.task = scheduler.scheduleWithFixedDelay(this, this.limit.toMillis(), CANCEL_AGAIN_MILLIS,
				TimeUnit.MILLISECONDS);
	}

	/**
	 * Cancels under the same monitor as {@link #end()}: a cancel request that is under
	 * way delays the end, so that it never meets the connection's next borrower.
	 */
	@Override
	public synchronized void run() {
		if (this.ended) {
			return;
		}
		this.expired = true;
		this.holder.setRollbackOnly();
		try {
			cancelStatement();
		}
		catch (SQLException | RuntimeException ex) {
			logger.debug("Could not cancel the statement of an expired transaction", ex);
		}
	}

	/**
	 * Hibernate may give the connection back before the transaction's end is told, and
	 * only the lease knows.
	 */
	private void cancelStatement() throws SQLException {
		if (this.connection.isWrapperFor(LeasedConnection.class)) {
			this.connection.unwrap(LeasedConnection.class).cancelStatement();
		}
		else {
			this.connection.unwrap(PGConnection.class).cancelQuery();
		}
	}

	synchronized void end() {
		this.ended = true;
		if (this.task != null) {
			this.task.cancel(false);
		}
	}

	boolean belongsTo(ConnectionHolder other) {
		return this.holder == other;
	}

	boolean isExpired() {
		return this.expired || elapsed().compareTo(this.limit) >= 0;
	}

	/**
	 * Tells the limit's own failures from those of the callback, which keep their type.
	 * @param failure what the transaction failed with
	 * @return whether it is a consequence of the limit
	 */
	boolean causedFailure(Throwable failure) {
		if (!isExpired()) {
			return false;
		}
		for (Throwable ex = failure; ex != null; ex = ex.getCause()) {
			if (ex instanceof TransactionTimedOutException || ex instanceof UnexpectedRollbackException
					|| ex instanceof QueryTimeoutException
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

	Duration elapsed() {
		return Duration.ofNanos(System.nanoTime() - this.startNanos);
	}

}
