package dev.pgkeel.server;

import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import java.util.function.Function;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * The monitor's thread, which asks again and again whatever happens. Safe for use by
 * several threads.
 */
final class MonitorThread {

	private static final Log logger = LogFactory.getLog(MonitorThread.class);

	private final Function<BooleanSupplier, Duration> poll;

	private final Duration afterFailure;

	private final Runnable close;

	private final AtomicBoolean hurried = new AtomicBoolean();

	private volatile @Nullable ScheduledThreadPoolExecutor executor;

	/**
	 * Creates a thread, which does not run yet.
	 * @param poll asks, and returns how long to wait before the next question. It is told
	 * whether anybody still wants to know
	 * @param afterFailure how long to wait after a question that failed unexpectedly
	 * @param close closes the connection
	 */
	MonitorThread(Function<BooleanSupplier, Duration> poll, Duration afterFailure, Runnable close) {
		this.poll = poll;
		this.afterFailure = afterFailure;
		this.close = close;
	}

	synchronized void start() {
		if (this.executor != null) {
			return;
		}
		ScheduledThreadPoolExecutor threads = new ScheduledThreadPoolExecutor(1, (task) -> {
			Thread thread = new Thread(task, "pgkeel-monitor");
			thread.setDaemon(true);
			return thread;
		});
		threads.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
		this.hurried.set(false);
		this.executor = threads;
		threads.execute(() -> pollAndSchedule(threads));
	}

	boolean isRunning() {
		return this.executor != null;
	}

	/**
	 * Ends the thread, and closes the connection without waiting for an answer.
	 */
	synchronized void stop() {
		ScheduledThreadPoolExecutor threads = this.executor;
		this.executor = null;
		if (threads != null) {
			threads.shutdown();
		}
		this.close.run();
	}

	/**
	 * Asks out of turn, once for several that want it.
	 * @param pause how long to wait before
	 */
	void hurry(Duration pause) {
		ScheduledThreadPoolExecutor threads = this.executor;
		if (threads == null || !this.hurried.compareAndSet(false, true)) {
			return;
		}
		try {
			threads.schedule(() -> {
				pollSafely(threads);
				// Who hurries meanwhile wants to know what this question tells
				this.hurried.set(false);
				closeIfStopped();
			}, Math.max(0, pause.toMillis()), TimeUnit.MILLISECONDS);
		}
		catch (RejectedExecutionException ex) {
			this.hurried.set(false);
		}
	}

	private void pollAndSchedule(ScheduledThreadPoolExecutor threads) {
		Duration next = pollSafely(threads);
		try {
			threads.schedule(() -> pollAndSchedule(threads), next.toMillis(), TimeUnit.MILLISECONDS);
		}
		catch (RejectedExecutionException ex) {
			logger.debug("The monitor was stopped while it asked");
		}
		closeIfStopped();
	}

	/**
	 * Closes what a question has opened after the end. Who has started again meanwhile
	 * keeps it.
	 */
	synchronized void closeIfStopped() {
		if (this.executor == null) {
			this.close.run();
		}
	}

	/**
	 * A missing class, or too little memory for a moment, must not leave the monitor
	 * blind. A task that was due already runs even after the end.
	 */
	private Duration pollSafely(ScheduledThreadPoolExecutor threads) {
		BooleanSupplier wanted = () -> this.executor == threads;
		try {
			return wanted.getAsBoolean() ? this.poll.apply(wanted) : this.afterFailure;
		}
		catch (RuntimeException | Error ex) {
			if (wanted.getAsBoolean()) {
				logger.warn("The monitor failed, and goes on", ex);
			}
			return this.afterFailure;
		}
	}

}
