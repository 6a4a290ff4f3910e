package dev.pgkeel.transaction;

import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

import org.springframework.scheduling.concurrent.CustomizableThreadFactory;

/**
 * Wakes up deadlines on one thread, and does on others what may have to wait. The threads
 * are there only while there is something to do.
 */
final class DeadlineClock implements AutoCloseable {

	private static final int WORKERS = 4;

	private static final long LONGEST_BETWEEN_LOOKS_MILLIS = 1000;

	private final ScheduledThreadPoolExecutor alarm;

	private final ThreadPoolExecutor workers;

	DeadlineClock() {
		this(daemons());
	}

	/**
	 * Creates a clock.
	 * @param threads makes its threads
	 */
	DeadlineClock(ThreadFactory threads) {
		this.alarm = new ScheduledThreadPoolExecutor(1, threads);
		this.alarm.setRemoveOnCancelPolicy(true);
		this.alarm.setKeepAliveTime(10, TimeUnit.SECONDS);
		this.alarm.allowCoreThreadTimeOut(true);
		this.workers = new ThreadPoolExecutor(WORKERS, WORKERS, 10, TimeUnit.SECONDS, new LinkedBlockingQueue<>(),
				threads);
		this.workers.allowCoreThreadTimeOut(true);
	}

	private static ThreadFactory daemons() {
		CustomizableThreadFactory threads = new CustomizableThreadFactory("pgkeel-transaction-");
		threads.setDaemon(true);
		return threads;
	}

	/**
	 * Returns how long to wait between looks at a transaction. Plain numbers, since
	 * {@link Duration#dividedBy(long)} calculates with decimals, whose first use takes
	 * some ms of a start.
	 * @param span what passes before something is to be seen
	 * @param looks how many looks there are in it at least
	 * @return a pause of at most a second
	 */
	static Duration betweenLooks(Duration span, int looks) {
		long share = Math.max(1, span.toMillis() / looks);
		return Duration.ofMillis(Math.min(share, LONGEST_BETWEEN_LOOKS_MILLIS));
	}

	/**
	 * Calls later.
	 * @param alarm what to call, which must not wait
	 * @param delay when
	 * @return cancels it
	 * @throws RejectedExecutionException if the clock was closed, or there is no thread
	 */
	Future<?> wakeUp(Runnable alarm, Duration delay) {
		try {
			return this.alarm.schedule(alarm, Math.max(0, delay.toNanos()), TimeUnit.NANOSECONDS);
		}
		catch (OutOfMemoryError ex) {
			// There may be no more threads: the transaction must not suffer
			throw new RejectedExecutionException("There is no thread for it", ex);
		}
	}

	/**
	 * Calls soon.
	 * @param work what to call
	 * @throws RejectedExecutionException if the clock was closed, or there is no thread
	 */
	void work(Runnable work) {
		try {
			this.workers.execute(work);
		}
		catch (OutOfMemoryError ex) {
			throw new RejectedExecutionException("There is no thread for it", ex);
		}
	}

	@Override
	public void close() {
		this.alarm.shutdownNow();
		this.workers.shutdownNow();
	}

}
