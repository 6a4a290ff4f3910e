package dev.pgkeel.lease;

import java.time.Duration;
import java.util.List;
import java.util.Map;

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

	private final Duration suspectAfter;

	private final LeaseSessions sessions;

	private final LeakCounters counters;

	private final LeakReporter reporter;

	private final long startedAt = System.nanoTime();

	private Duration nextQuestion = Duration.ZERO;

	SuspectWatch(Duration suspectAfter, LeaseSessions sessions, LeakCounters counters, LeakReporter reporter) {
		this.suspectAfter = suspectAfter;
		this.sessions = sessions;
		this.counters = counters;
		this.reporter = reporter;
	}

	/**
	 * Looks at the leases, and asks the server only if one of them is old. While such a
	 * one stays active, the server is left in peace for a quarter of the threshold: on a
	 * full pool each question is a connection of its own.
	 */
	void check(List<Lease> leases) {
		List<Lease> old = leases.stream()
			.filter((lease) -> !lease.isSuspected() && !lease.isProven()
					&& lease.heldFor().compareTo(this.suspectAfter) > 0)
			.toList();
		Duration now = Duration.ofNanos(System.nanoTime() - this.startedAt);
		if (old.isEmpty() || now.compareTo(this.nextQuestion) < 0) {
			return;
		}
		this.nextQuestion = now.plus(this.suspectAfter.dividedBy(4));
		Map<Lease, SessionState> states = this.sessions.askIfPossible(leases);
		for (Lease lease : old) {
			SessionState session = (states != null) ? states.get(lease) : null;
			if (((states != null) ? isIdle(lease, session) : looksForgotten(lease)) && !isListening(lease, session)) {
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
