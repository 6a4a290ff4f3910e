package dev.pgkeel.lease;

import java.lang.ref.Reference;
import java.lang.ref.ReferenceQueue;
import java.lang.ref.WeakReference;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

/**
 * Looks for leaks for as long as the pool is open: with a thread of its own, or, where no
 * thread may run between requests, in the borrowers that wait.
 */
final class LeakWatch implements Runnable {

	private static final Log logger = LogFactory.getLog(LeakWatch.class);

	/**
	 * How long a borrower waits before it starves.
	 */
	static final Duration STARVED_AFTER = Duration.ofMillis(500);

	private static final Duration LOOK = Duration.ofMillis(200);

	private static final Duration LOOK_AT_ALL = Duration.ofSeconds(1);

	private static final Duration COLLECTION_PATIENCE = Duration.ofSeconds(1);

	private static final Duration LOOK_AFTER_COLLECTION = Duration.ofMillis(20);

	private static final int LOOKS_AFTER_COLLECTION = 10;

	private final BarePool pool;

	private final LeakSettings settings;

	private final LeaseRegistry registry;

	private final LeakDetector detector;

	private final SuspectWatch suspects;

	private final StarvationWatch starvation;

	private final CallSiteCapture capture;

	private final LeakCounters counters;

	private final ReentrantLock looking = new ReentrantLock();

	private volatile boolean started;

	private volatile boolean stopped;

	private volatile Thread thread = Thread.currentThread();

	private boolean waiting;

	private long waitingSince;

	LeakWatch(BarePool pool, LeakSettings settings, LeaseRegistry registry, LeakDetector detector,
			SuspectWatch suspects, LeaseSessions sessions, CallSiteCapture capture, LeakCounters counters) {
		this.pool = pool;
		this.settings = settings;
		this.registry = registry;
		this.detector = detector;
		this.suspects = suspects;
		this.starvation = new StarvationWatch(sessions);
		this.capture = capture;
		this.counters = counters;
	}

	/**
	 * Borrows a connection for a thread that holds none.
	 */
	Connection borrow() throws SQLException {
		if (this.settings.background()) {
			return this.pool.borrow();
		}
		this.detector.drain();
		return borrowAndLook();
	}

	/**
	 * Waits in slices, and looks for leaks in between.
	 */
	private Connection borrowAndLook() throws SQLException {
		long start = System.nanoTime();
		while (true) {
			Duration left = this.pool.patience().minusNanos(System.nanoTime() - start);
			if (left.compareTo(STARVED_AFTER) <= 0) {
				return (left.toMillis() > 0) ? this.pool.borrow(left) : this.pool.borrow(Duration.ofMillis(1));
			}
			try {
				return this.pool.borrow(STARVED_AFTER);
			}
			catch (SQLTransientConnectionException ex) {
				look();
			}
		}
	}

	/**
	 * Does what the thread does, on behalf of a borrower that waits, if there is no
	 * thread.
	 */
	void look() {
		if (this.settings.background() || !this.looking.tryLock()) {
			return;
		}
		try {
			this.detector.drain();
			this.suspects.check(this.registry.open());
			collectIfStarved();
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
		finally {
			this.looking.unlock();
		}
	}

	void ensureStarted() {
		if (!this.started && this.settings.background()) {
			start();
		}
	}

	/**
	 * Where the process may have no more threads, the borrower gets its connection all
	 * the same, and the next one tries again.
	 */
	private synchronized void start() {
		if (this.started || this.stopped) {
			return;
		}
		Thread watch = new Thread(this, this.pool.name() + " pgkeel leaks");
		watch.setDaemon(true);
		try {
			watch.start();
		}
		catch (OutOfMemoryError ex) {
			logger.debug(this.pool.name() + " - there is no thread to look for leaks", ex);
			return;
		}
		this.thread = watch;
		this.started = true;
	}

	synchronized void stop() {
		this.stopped = true;
		if (this.started) {
			this.thread.interrupt();
		}
	}

	@Override
	public void run() {
		long lookedAtAll = System.nanoTime();
		while (!this.stopped && !this.pool.isClosed()) {
			try {
				this.detector.await(LOOK);
				lookForStarved();
				if (System.nanoTime() - lookedAtAll >= LOOK_AT_ALL.toNanos()) {
					lookedAtAll = System.nanoTime();
					this.capture.observe(this.pool.total() - this.pool.idle(), this.pool.maximumPoolSize(),
							lookedAtAll);
					this.suspects.check(this.registry.open());
				}
			}
			catch (InterruptedException ex) {
				return;
			}
			catch (RuntimeException ex) {
				logger.warn(this.pool.name() + " - looking for leaks failed, and is tried again", ex);
			}
		}
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
			collectIfStarved();
		}
	}

	private void collectIfStarved() throws InterruptedException {
		this.looking.lock();
		try {
			List<Lease> leases = this.registry.open();
			if (this.settings.collectWhenStarved() && this.starvation.shouldCollect(leases, System.nanoTime())) {
				collect(leases);
			}
		}
		finally {
			this.looking.unlock();
		}
	}

	/**
	 * Finds out whether somebody can still use all the connections that are out, which a
	 * thread that leaked one before does not tell.
	 * @return whether that is certain, or as good as certain
	 */
	boolean areAllInUse() {
		if (!this.settings.collectWhenStarved()) {
			return true;
		}
		this.looking.lock();
		try {
			List<Lease> leases = this.registry.open();
			if (this.detector.drain() > 0) {
				return false;
			}
			return this.starvation.mayCollect(leases, System.nanoTime()) ? collect(leases) == 0
					: !this.starvation.wasWorthIt();
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			return false;
		}
		finally {
			this.looking.unlock();
		}
	}

	private int collect(List<Lease> leases) throws InterruptedException {
		long start = System.nanoTime();
		long before = this.counters.proven();
		ReferenceQueue<Object> collected = new ReferenceQueue<>();
		WeakReference<Object> garbage = new WeakReference<>(new Object(), collected);
		System.gc();
		collected.remove(COLLECTION_PATIENCE.toMillis());
		Reference.reachabilityFence(garbage);
		// The leaks are queued at the same time, and whoever comes first deals with them
		for (int look = 0; look < LOOKS_AFTER_COLLECTION && this.counters.proven() == before; look++) {
			this.detector.await(LOOK_AFTER_COLLECTION);
		}
		this.detector.drain();
		int leaks = (int) (this.counters.proven() - before);
		this.starvation.collected(leases, leaks, System.nanoTime());
		logger.info(this.pool.name() + " - borrowers starve and the connections that are out do nothing: asked for a"
				+ " garbage collection, which with its consequences took "
				+ Times.text(Duration.ofNanos(System.nanoTime() - start)) + " and proved "
				+ ((leaks == 1) ? "1 leak" : leaks + " leaks"));
		return leaks;
	}

}
