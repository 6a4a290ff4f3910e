package dev.pgkeel.lease;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import dev.pgkeel.PgkeelMode;
import dev.pgkeel.server.SessionState;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * Finds out that all who hold connections wait for another one, so that none will ever be
 * returned, and refuses one of them. Looked at by one thread at a time.
 */
final class DeadlockWatch {

	private static final Log logger = LogFactory.getLog(DeadlockWatch.class);

	private static final Duration PATIENCE = Duration.ofMillis(500);

	/**
	 * After a refusal those who stand in line take what it freed, and may wait for each
	 * other as well: that is the same storm, in which nobody is given more time.
	 */
	private static final Duration PATIENCE_IN_STORM = Duration.ofMillis(50);

	private static final Duration SAME_STORM = Duration.ofSeconds(1);

	private static final Duration PAUSE = Duration.ofSeconds(1);

	private final BarePool pool;

	private final PgkeelMode mode;

	private final LeaseRegistry registry;

	private final LeaseSessions sessions;

	private final StarvedPool starvation;

	private final Map<Thread, NestedWaiter> waiters = new ConcurrentHashMap<>();

	private boolean asked;

	private long askedAt;

	private boolean refused;

	private long refusedAt;

	DeadlockWatch(BarePool pool, PgkeelMode mode, LeaseRegistry registry, LeaseSessions sessions,
			StarvedPool starvation) {
		this.pool = pool;
		this.mode = mode;
		this.registry = registry;
		this.sessions = sessions;
		this.starvation = starvation;
	}

	void add(NestedWaiter waiter) {
		this.waiters.put(waiter.thread(), waiter);
	}

	void remove(NestedWaiter waiter) {
		this.waiters.remove(waiter.thread(), waiter);
	}

	/**
	 * Returns whether all who hold connections wait for another one, as far as that can
	 * be told without asking. Then they are not forgotten.
	 */
	boolean isPossible() {
		return !this.waiters.isEmpty() && lastOfDeadlock(null) != null;
	}

	/**
	 * Returns whether a deadlock was ended so recently that the next one is likely.
	 */
	boolean isStorm() {
		return this.refused && System.nanoTime() - this.refusedAt < SAME_STORM.toNanos();
	}

	/**
	 * Looks for a deadlock. The one who came last is refused, so that those who have
	 * waited longer go on. The server is asked again only after a pause, and never about
	 * a deadlock that is only to be observed and was told.
	 */
	void check() throws InterruptedException {
		if (this.waiters.isEmpty()) {
			return;
		}
		long now = System.nanoTime();
		NestedWaiter last = lastOfDeadlock(null);
		Duration patience = isStorm() ? PATIENCE_IN_STORM : PATIENCE;
		if (last == null || last.isReported() || now - last.since() < patience.toNanos()
				|| (this.asked && now - this.askedAt < PAUSE.toNanos())) {
			return;
		}
		if (!this.starvation.areAllInUse()) {
			return;
		}
		NestedWaiter refused = lastOfDeadlock(this.sessions.ask(this.registry.open()));
		this.askedAt = System.nanoTime();
		this.asked = refused == null || !refuse(refused);
	}

	private boolean refuse(NestedWaiter waiter) {
		if (this.mode == PgkeelMode.OBSERVE) {
			waiter.report();
			logger.warn("Would have refused a nested borrow: " + waiter.refusal(this.pool).getMessage());
			return true;
		}
		boolean done = waiter.refuse();
		if (done) {
			this.refused = true;
			this.refusedAt = System.nanoTime();
		}
		return done;
	}

	/**
	 * Returns who has waited shortest, if all holders wait. A connection that broke is
	 * out of the pool, although its handle is not closed yet: the pool makes another one,
	 * for which it is worth waiting. A leak that is only reported would have been
	 * reclaimed.
	 * @param states what the sessions do, {@code null} if that does not matter yet
	 */
	private @Nullable NestedWaiter lastOfDeadlock(@Nullable Map<Lease, SessionState> states) {
		List<Lease> leases = this.registry.open();
		int size = this.pool.maximumPoolSize();
		if (leases.size() < size || this.pool.total() < size) {
			return null;
		}
		NestedWaiter last = null;
		for (Lease lease : leases) {
			NestedWaiter waiter = this.waiters.get(lease.holder());
			if (waiter == null || lease.isProven() || lease.lastUser() != lease.holder()
					|| (states != null && !doesNothing(lease, states.get(lease)))) {
				return null;
			}
			last = (last == null || waiter.since() - last.since() > 0) ? waiter : last;
		}
		return last;
	}

	/**
	 * A thread that waits runs no statement through its handle; through an object of the
	 * driver, another one may.
	 */
	private static boolean doesNothing(Lease lease, @Nullable SessionState session) {
		return (session != null && session.state() != null) ? session.isIdle() : !lease.isUnwrapped();
	}

}
