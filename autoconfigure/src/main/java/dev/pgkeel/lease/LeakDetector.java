package dev.pgkeel.lease;

import java.lang.ref.Reference;
import java.lang.ref.ReferenceQueue;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;

import dev.pgkeel.PgkeelMode;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * Proves leaks and reclaims their connections. A handle that the garbage collector found
 * unreachable cannot be closed any more, and no call on it runs: each call keeps it
 * reachable until its end.
 */
final class LeakDetector {

	private static final Log logger = LogFactory.getLog(LeakDetector.class);

	private final BarePool pool;

	private final PgkeelMode mode;

	private final ReferenceQueue<GuardedConnection> unreachable;

	private final LeakCounters counters;

	private final LeakReporter reporter;

	LeakDetector(BarePool pool, PgkeelMode mode, ReferenceQueue<GuardedConnection> unreachable, LeakCounters counters,
			LeakReporter reporter) {
		this.pool = pool;
		this.mode = mode;
		this.unreachable = unreachable;
		this.counters = counters;
		this.reporter = reporter;
	}

	/**
	 * Deals with the leaks that are known.
	 * @return how many there were
	 */
	int drain() {
		int leaks = 0;
		for (Reference<?> found = this.unreachable.poll(); found != null; found = this.unreachable.poll()) {
			leaks += prove(found);
		}
		return leaks;
	}

	/**
	 * Waits for leaks and deals with them.
	 * @param patience how long to wait for the first one
	 * @return how many there were
	 * @throws InterruptedException if nobody wants to know any more
	 */
	int await(Duration patience) throws InterruptedException {
		Reference<?> found = this.unreachable.remove(patience.toMillis());
		return (found != null) ? prove(found) + drain() : 0;
	}

	/**
	 * A handle that was closed becomes unreachable as well.
	 */
	private int prove(@Nullable Reference<?> found) {
		if (!(found instanceof Lease lease) || !lease.isOpen() || lease.isUnwrapped()) {
			return 0;
		}
		if (this.mode == PgkeelMode.OBSERVE) {
			lease.prove();
			this.counters.countProven();
			this.reporter.report(ConnectionLeakEvent.Kind.PROVEN, lease, null);
			return 1;
		}
		if (!lease.reclaim()) {
			return 0;
		}
		reclaim(lease);
		this.counters.countProven();
		this.counters.countReclaimed();
		this.reporter.report(ConnectionLeakEvent.Kind.RECLAIMED, lease, null);
		return 1;
	}

	/**
	 * HikariCP takes a closed connection for one that belongs to the next borrower.
	 */
	private void reclaim(Lease lease) {
		try {
			try (Connection proxy = lease.proxy()) {
				if (!proxy.isClosed()) {
					this.pool.evict(proxy);
				}
			}
		}
		catch (SQLException | RuntimeException ex) {
			logger.debug(this.pool.name() + " - a leaked connection was evicted and could not be closed", ex);
		}
	}

}
