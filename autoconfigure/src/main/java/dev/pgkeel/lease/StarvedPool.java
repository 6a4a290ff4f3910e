package dev.pgkeel.lease;

import java.lang.ref.Reference;
import java.lang.ref.ReferenceQueue;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.List;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

/**
 * Asks the JVM for a garbage collection where that may give a pool its connections back.
 * Used by one thread at a time.
 */
final class StarvedPool {

	private static final Log logger = LogFactory.getLog(StarvedPool.class);

	private static final Duration COLLECTION_PATIENCE = Duration.ofSeconds(1);

	private static final Duration LOOK_AFTER_COLLECTION = Duration.ofMillis(20);

	private static final int LOOKS_AFTER_COLLECTION = 10;

	private final BarePool pool;

	private final boolean mayCollect;

	private final LeaseRegistry registry;

	private final LeakDetector detector;

	private final StarvationWatch starvation;

	/**
	 * Has pauses of its own: a deadlock that was looked into is no reason to leave leaks
	 * alone.
	 */
	private final StarvationWatch deadlocks;

	private final LeakCounters counters;

	StarvedPool(BarePool pool, boolean mayCollect, LeaseRegistry registry, LeakDetector detector,
			LeaseSessions sessions, LeakCounters counters) {
		this.pool = pool;
		this.mayCollect = mayCollect;
		this.registry = registry;
		this.detector = detector;
		this.starvation = new StarvationWatch(sessions);
		this.deadlocks = new StarvationWatch(sessions);
		this.counters = counters;
	}

	/**
	 * Collects if the connections that are out seem forgotten. Borrowers starve already.
	 */
	void collectIfForgotten() throws InterruptedException {
		List<Lease> leases = this.registry.open();
		if (this.mayCollect && this.starvation.shouldCollect(leases, System.nanoTime())) {
			collect(leases, this.starvation);
		}
	}

	/**
	 * Finds out whether somebody can still use all the connections that are out, which a
	 * thread that leaked one before does not tell.
	 * @return whether that is certain, or as good as certain
	 */
	boolean areAllInUse() throws InterruptedException {
		if (!this.mayCollect) {
			return true;
		}
		if (this.detector.drain() > 0) {
			return false;
		}
		List<Lease> leases = this.registry.open();
		long now = System.nanoTime();
		if (this.deadlocks.mayCollect(leases, now)) {
			return collect(leases, this.deadlocks) == 0;
		}
		return !this.deadlocks.isPausedAfterSuccess(now);
	}

	private long collect(List<Lease> leases, StarvationWatch watch) throws InterruptedException {
		long start = System.nanoTime();
		long before = this.counters.proven();
		ReferenceQueue<Object> collected = new ReferenceQueue<>();
		WeakReference<Object> garbage = new WeakReference<>(new Object(), collected);
		leases.forEach(Lease::forgetEnded);
		System.gc();
		collected.remove(COLLECTION_PATIENCE.toMillis());
		Reference.reachabilityFence(garbage);
		// The leaks are queued at the same time
		for (int look = 0; look < LOOKS_AFTER_COLLECTION && this.counters.proven() == before; look++) {
			this.detector.await(LOOK_AFTER_COLLECTION);
		}
		this.detector.drain();
		long leaks = this.counters.proven() - before;
		watch.collected(leases, leaks, System.nanoTime());
		logger.info(this.pool.name() + " - borrowers starve and the connections that are out do nothing: asked for a"
				+ " garbage collection, which with its consequences took "
				+ Times.text(Duration.ofNanos(System.nanoTime() - start)) + " and proved "
				+ ((leaks == 1) ? "1 leak" : leaks + " leaks"));
		return leaks;
	}

}
