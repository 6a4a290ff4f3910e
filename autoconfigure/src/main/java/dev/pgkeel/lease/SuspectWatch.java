package dev.pgkeel.lease;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;

import dev.pgkeel.server.SessionState;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * Reports connections that are out for long while their sessions do nothing. They are
 * left alone: a thread that still has the handle may go on with it.
 */
final class SuspectWatch {

	private static final Log logger = LogFactory.getLog(SuspectWatch.class);

	private static final int PATIENCE_IF_BLIND = 4;

	/**
	 * In times of the threshold.
	 */
	private static final int LONGEST_PAUSE = 8;

	private final Duration suspectAfter;

	private final LeaseSessions sessions;

	private final LeakCounters counters;

	private final LeakReporter reporter;

	private final LongSupplier nanoClock;

	private Set<Lease> askedAbout = Set.of();

	private long askedAt;

	private Duration pause;

	SuspectWatch(Duration suspectAfter, LeaseSessions sessions, LeakCounters counters, LeakReporter reporter,
			LongSupplier nanoClock) {
		this.suspectAfter = suspectAfter;
		this.sessions = sessions;
		this.counters = counters;
		this.reporter = reporter;
		this.nanoClock = nanoClock;
		this.askedAt = nanoClock.getAsLong();
		this.pause = shortestPause();
	}

	/**
	 * Looks at the leases, and asks the server only if one of them is old. About the same
	 * ones it is asked less and less often: on a full pool each question is a connection
	 * of its own.
	 */
	void check(List<Lease> leases) {
		List<Lease> old = leases.stream()
			.filter((lease) -> !lease.isSuspected() && !lease.isProven()
					&& lease.heldFor().compareTo(this.suspectAfter) > 0)
			.toList();
		if (!mayAsk(old)) {
			return;
		}
		Map<Lease, SessionState> states = this.sessions.askIfPossible(leases);
		if (states == null) {
			this.pause = shortestPause();
		}
		for (Lease lease : old) {
			SessionState session = (states != null) ? states.get(lease) : null;
			boolean forgotten = (states != null) ? isIdle(lease, session) && !isHolderAtWork(lease, leases, states)
					: looksForgotten(lease);
			if (forgotten && !isListening(lease, session)) {
				if (lease.isOpen() && lease.suspect()) {
					this.counters.countSuspected();
					this.reporter.report(ConnectionLeakEvent.Kind.SUSPECTED, lease, LeaseSessions.describe(session));
				}
			}
			else if (logger.isDebugEnabled()) {
				logger.debug("A connection is long held, " + Times.text(lease.heldFor()) + " by "
						+ Holders.name(lease.holder()) + ", and its session is " + LeaseSessions.describe(session));
			}
		}
	}

	private boolean mayAsk(List<Lease> old) {
		boolean same = !old.isEmpty() && this.askedAbout.containsAll(old);
		if (!same) {
			this.askedAbout = Set.of();
			this.pause = shortestPause();
		}
		long now = this.nanoClock.getAsLong();
		if (old.isEmpty() || now - this.askedAt < this.pause.toNanos()) {
			return false;
		}
		if (same) {
			Duration longest = this.suspectAfter.multipliedBy(LONGEST_PAUSE);
			Duration doubled = this.pause.plus(this.pause);
			this.pause = (doubled.compareTo(longest) > 0) ? longest : doubled;
		}
		this.askedAbout = Set.copyOf(old);
		this.askedAt = now;
		return true;
	}

	private Duration shortestPause() {
		return this.suspectAfter.dividedBy(4);
	}

	/**
	 * While nobody can ask, as when the application is closing, one look at a thread is
	 * little: it may be between two statements. Where nobody ever can, as on a dry pool
	 * with a driver that wraps PostgreSQL's, it is all there is, so it counts in the end.
	 */
	private boolean looksForgotten(Lease lease) {
		return !lease.lastUser().isAlive()
				|| (lease.heldFor().compareTo(this.suspectAfter.multipliedBy(PATIENCE_IF_BLIND)) > 0
						&& !Holders.isInCall(lease.lastUser()));
	}

	/**
	 * A thread that works on another connection means to go on with this one: what it
	 * borrowed later it gives back before, as in REQUIRES_NEW. Of another pool only a
	 * call of the driver is seen. One in an older connection says nothing of this one.
	 */
	private boolean isHolderAtWork(Lease lease, List<Lease> leases, Map<Lease, SessionState> states) {
		Duration heldFor = lease.heldFor();
		List<Lease> others = leases.stream()
			.filter((other) -> other != lease
					&& (other.holderId() == lease.holderId() || other.holder() == lease.lastUser()))
			.toList();
		if (others.isEmpty()) {
			return Holders.isInCall(lease.lastUser()) && !Holders.isListening(lease.lastUser());
		}
		return others.stream()
			.anyMatch((other) -> other.heldFor().compareTo(heldFor) < 0 && !isIdle(other, states.get(other)));
	}

	/**
	 * Whoever listens holds a connection on purpose. Only an unwrapped one can be
	 * listened on, by a thread that may never have used the handle.
	 */
	private static boolean isListening(Lease lease, @Nullable SessionState session) {
		return lease.isUnwrapped() && ((session != null && session.listens()) || Holders.isListening(lease.lastUser()));
	}

	/**
	 * Returns whether a lease is suspected and has not gone on since, as far as the
	 * server was asked.
	 */
	boolean isSuspect(Lease lease) {
		SessionState session = this.sessions.lastState(lease);
		return lease.isSuspected() && (session == null || session.unchangedFor() == null || isIdle(lease, session));
	}

	/**
	 * Where the server does not tell, a thread that waits for its answer shows that the
	 * session is at work.
	 */
	private boolean isIdle(Lease lease, @Nullable SessionState session) {
		if (session == null || session.state() == null) {
			return !Holders.isInCall(lease.lastUser());
		}
		return session.isIdle()
				&& (session.unchangedFor() == null || session.unchangedFor().compareTo(this.suspectAfter) >= 0);
	}

}
