package dev.pgkeel.transaction;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * Reports transactions that take long while they still run, with what their threads do.
 * It looks at them once a second, while there are any, on a thread of its own.
 */
final class TransactionWatch {

	private static final Log logger = LogFactory.getLog(TransactionWatch.class);

	private static final int LOOKS = 5;

	private final RunningTransactions running;

	private final Duration slowAfter;

	private final Duration verySlowAfter;

	private final IdleTimes idleTimes;

	private final DeadlineClock clock;

	private final Duration betweenLooks;

	private final ReportThrottle throttle = new ReportThrottle();

	private final AtomicBoolean awake = new AtomicBoolean();

	/**
	 * Creates a watch.
	 * @param running the transactions
	 * @param slowAfter when they are reported at level INFO
	 * @param verySlowAfter when they are reported once more at level WARN
	 * @param idleTimes tells how long sessions have been idle
	 * @param clock wakes it up
	 */
	TransactionWatch(RunningTransactions running, Duration slowAfter, Duration verySlowAfter, IdleTimes idleTimes,
			DeadlineClock clock) {
		this.running = running;
		this.slowAfter = slowAfter;
		this.verySlowAfter = verySlowAfter;
		this.idleTimes = idleTimes;
		this.clock = clock;
		this.betweenLooks = DeadlineClock.betweenLooks(slowAfter, LOOKS);
	}

	/**
	 * Called whenever a transaction has begun.
	 */
	void wakeUp() {
		if (!this.awake.get() && this.awake.compareAndSet(false, true)) {
			lookLater();
		}
	}

	private void lookLater() {
		call(() -> this.clock.wakeUp(() -> call(() -> this.clock.work(this::look)), this.betweenLooks));
	}

	private void call(Runnable clock) {
		try {
			clock.run();
		}
		catch (RejectedExecutionException ex) {
			this.awake.set(false);
			logger.debug("Nobody looks at transactions for now", ex);
		}
	}

	private void look() {
		List<RunningTransaction> transactions = this.running.all();
		if (transactions.isEmpty()) {
			this.awake.set(false);
			// One may have begun before it could see that it has to wake somebody up
			if (!this.running.all().isEmpty()) {
				wakeUp();
			}
			return;
		}
		try {
			transactions.forEach(this::look);
		}
		catch (RuntimeException | OutOfMemoryError ex) {
			logger.debug("Slow transactions cannot be reported", ex);
		}
		lookLater();
	}

	/**
	 * One without a connection, such as a message listener's that waits for a message,
	 * holds nothing of a database.
	 */
	private void look(RunningTransaction transaction) {
		if (transaction.connectionKey() == null) {
			return;
		}
		Duration elapsed = transaction.elapsed();
		boolean verySlow = elapsed.compareTo(this.verySlowAfter) >= 0;
		int due = verySlow ? 2 : ((elapsed.compareTo(this.slowAfter) >= 0) ? 1 : 0);
		if (transaction.reports() >= due) {
			return;
		}
		while (transaction.reports() < due) {
			transaction.countReport();
		}
		if (this.throttle.admits(due + transaction.title())) {
			report(transaction, verySlow);
		}
	}

	private void report(RunningTransaction transaction, boolean verySlow) {
		HolderStack stack = new HolderStack(transaction.holder());
		String idle = idle(transaction);
		if (transaction.isOver()) {
			return;
		}
		String message = String.format(Locale.ROOT, "%s has been running for %s%s. Its thread is at:",
				transaction.title(), seconds(transaction.elapsed()), idle);
		if (verySlow) {
			logger.warn(message, stack);
		}
		else {
			logger.info(message, stack);
		}
	}

	private String idle(RunningTransaction transaction) {
		Object dataSource = transaction.connectionKey();
		Duration idle = (dataSource != null) ? ask(dataSource, transaction.holder()) : null;
		if (idle == null) {
			return "";
		}
		if (idle.compareTo(transaction.elapsed().dividedBy(2)) < 0) {
			return ", and is at work on the server";
		}
		Duration atMost = (idle.compareTo(transaction.elapsed()) < 0) ? idle : transaction.elapsed();
		return ", of which about " + seconds(atMost)
				+ " idle in transaction: something slow other than SQL runs inside it";
	}

	private @Nullable Duration ask(Object dataSource, Thread holder) {
		try {
			return this.idleTimes.inTransaction(dataSource, holder);
		}
		catch (RuntimeException ex) {
			logger.debug("The server cannot be asked how long a transaction has been idle", ex);
			return null;
		}
	}

	private static String seconds(Duration duration) {
		return String.format(Locale.ROOT, "%.1f s", duration.toMillis() / 1000.0);
	}

	/**
	 * What a thread does, so that logging writes it as it writes all stacks.
	 */
	private static final class HolderStack extends Exception {

		HolderStack(Thread holder) {
			super("Thread " + holder.getName(), null, false, true);
			setStackTrace(holder.getStackTrace());
		}

		@Override
		public synchronized Throwable fillInStackTrace() {
			return this;
		}

		@Override
		public String toString() {
			return String.valueOf(getMessage());
		}

	}

}
