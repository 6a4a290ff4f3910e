package dev.pgkeel.lease;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * Looks for leaks and deadlocks for as long as the pool is open: with a thread of its
 * own, or, where no thread may run between requests, only while a borrower waits.
 */
final class LeakWatch implements Runnable {

	private static final Log logger = LogFactory.getLog(LeakWatch.class);

	/**
	 * How long a borrower waits before it starves.
	 */
	private static final Duration STARVED_AFTER = Duration.ofMillis(500);

	private static final Duration LOOK = Duration.ofMillis(200);

	private static final Duration LOOK_IN_STORM = Duration.ofMillis(20);

	private static final Duration LOOK_AT_ALL = Duration.ofSeconds(1);

	private final BarePool pool;

	private final boolean background;

	private final LeaseRegistry registry;

	private final LeakDetector detector;

	private final SuspectWatch suspects;

	private final StarvedPool starvation;

	private final DeadlockWatch deadlocks;

	private final CallSiteCapture capture;

	private final AtomicBoolean looking = new AtomicBoolean();

	private volatile boolean started;

	private volatile boolean stopped;

	private volatile @Nullable Thread thread;

	private boolean waiting;

	private long waitingSince;

	LeakWatch(BarePool pool, boolean background, LeaseRegistry registry, LeakDetector detector, SuspectWatch suspects,
			StarvedPool starvation, DeadlockWatch deadlocks, CallSiteCapture capture) {
		this.pool = pool;
		this.background = background;
		this.registry = registry;
		this.detector = detector;
		this.suspects = suspects;
		this.starvation = starvation;
		this.deadlocks = deadlocks;
		this.capture = capture;
	}

	/**
	 * Borrows a connection.
	 */
	Connection borrow() throws SQLException {
		if (this.background) {
			return this.pool.borrow();
		}
		drain();
		return borrowAndLook();
	}

	private void drain() {
		try {
			this.detector.drain();
		}
		catch (RuntimeException | Error ex) {
			warn(ex);
		}
	}

	/**
	 * Has somebody look in between, at growing distances: with each look the borrower
	 * loses its place in HikariCP's queue, and HikariCP counts a timeout.
	 */
	private Connection borrowAndLook() throws SQLException {
		long start = System.nanoTime();
		Duration patience = this.pool.patience();
		Duration slice = STARVED_AFTER;
		Duration left = patience;
		while (left.compareTo(slice) > 0) {
			try {
				return this.pool.borrow(slice);
			}
			catch (SQLTransientConnectionException ex) {
				startLook();
			}
			slice = slice.plus(slice);
			left = patience.minusNanos(System.nanoTime() - start);
		}
		try {
			return this.pool.borrow((left.toMillis() > 0) ? left : Duration.ofMillis(1));
		}
		catch (SQLTransientConnectionException ex) {
			throw inAll(ex, Duration.ofNanos(System.nanoTime() - start));
		}
	}

	/**
	 * HikariCP knows of the last wait only.
	 */
	private static SQLTransientConnectionException inAll(SQLTransientConnectionException last, Duration waited) {
		String message = String.valueOf(last.getMessage())
			.replaceFirst(" after \\d+ms", " after " + waited.toMillis() + "ms");
		SQLTransientConnectionException all = new SQLTransientConnectionException(message, last.getSQLState(),
				last.getErrorCode(), last.getCause());
		if (last.getNextException() != null) {
			all.setNextException(last.getNextException());
		}
		all.setStackTrace(last.getStackTrace());
		return all;
	}

	/**
	 * The borrower goes on waiting meanwhile: the server may be slow to answer, and its
	 * connection be returned before.
	 */
	private void startLook() {
		if (!this.stopped && this.looking.compareAndSet(false, true) && start(this::look, " pgkeel look") == null) {
			this.looking.set(false);
		}
	}

	/**
	 * Does once what the thread does, on behalf of a borrower that waits.
	 */
	private void look() {
		try {
			this.detector.drain();
			lookAtAll();
			collectIfForgotten();
			this.deadlocks.check();
		}
		catch (InterruptedException ex) {
			logger.debug(this.pool.name() + " - interrupted while looking for leaks");
		}
		catch (RuntimeException | Error ex) {
			warn(ex);
		}
		finally {
			this.looking.set(false);
		}
	}

	void ensureStarted() {
		if (!this.started && this.background) {
			start();
		}
	}

	private synchronized void start() {
		if (!this.started && !this.stopped) {
			this.thread = start(this, " pgkeel leaks");
			this.started = this.thread != null;
		}
	}

	/**
	 * The thread lives longer than what the borrower does, and inherits nothing of it.
	 * Where the process may have no more threads, the borrower gets its connection all
	 * the same, and the next one tries again.
	 */
	private @Nullable Thread start(Runnable task, String name) {
		Thread thread = new Thread(null, task, this.pool.name() + name, 0, false);
		thread.setDaemon(true);
		thread.setContextClassLoader(Thread.currentThread().getContextClassLoader());
		try {
			thread.start();
		}
		catch (OutOfMemoryError ex) {
			logger.debug(this.pool.name() + " - there is no thread to look for leaks", ex);
			return null;
		}
		return thread;
	}

	synchronized void stop() {
		this.stopped = true;
		Thread watch = this.thread;
		if (watch != null) {
			watch.interrupt();
		}
	}

	/**
	 * If the thread ends all the same, the next borrow starts another one.
	 */
	@Override
	public void run() {
		try {
			watch();
		}
		finally {
			this.started = false;
		}
	}

	private void watch() {
		long lookedAtAll = System.nanoTime();
		while (!this.stopped && !this.pool.isClosed()) {
			try {
				this.detector.await(this.deadlocks.isStorm() ? LOOK_IN_STORM : LOOK);
				lookForStarved();
				this.deadlocks.check();
				if (System.nanoTime() - lookedAtAll >= LOOK_AT_ALL.toNanos()) {
					lookedAtAll = System.nanoTime();
					lookAtAll();
				}
			}
			catch (InterruptedException ex) {
				// Whoever interrupts all threads of a group does not mean this one, and
				// no borrow from a dry pool would start another
				logger.debug(this.pool.name() + " - interrupted while looking for leaks");
			}
			catch (RuntimeException | Error ex) {
				warn(ex);
			}
		}
	}

	private void lookAtAll() {
		this.registry.forgetEnded();
		this.capture.observe(this.pool.total() - this.pool.idle(), this.pool.maximumPoolSize(), System.nanoTime());
		this.suspects.check(this.registry.open());
	}

	private void lookForStarved() throws InterruptedException {
		long now = System.nanoTime();
		if (this.pool.waiting() == 0) {
			this.waiting = false;
			return;
		}
		if (!this.waiting) {
			this.waiting = true;
			this.waitingSince = now;
		}
		if (now - this.waitingSince >= STARVED_AFTER.toNanos()) {
			collectIfForgotten();
		}
	}

	private void collectIfForgotten() throws InterruptedException {
		if (!this.deadlocks.isPossible()) {
			this.starvation.collectIfForgotten();
		}
	}

	/**
	 * Where not even this can be said, the next look may do better.
	 */
	private void warn(Throwable failure) {
		try {
			logger.warn(this.pool.name() + " - looking for leaks failed, and is tried again", failure);
		}
		catch (RuntimeException | Error ex) {
			this.waiting = false;
		}
	}

}
