package dev.pgkeel.lease;

import java.time.Duration;
import java.util.List;
import java.util.Map;

import dev.pgkeel.server.SessionState;
import org.jspecify.annotations.Nullable;

/**
 * Decides whether a garbage collection is worth its pause: borrowers starve, and the
 * connections that are out seem forgotten. Used by one thread at a time.
 */
final class StarvationWatch {

	private static final Duration OLD = Duration.ofSeconds(1);

	/**
	 * A session between two statements of a busy holder is idle as well, but not for
	 * long.
	 */
	private static final Duration IDLE = Duration.ofMillis(500);

	private static final int COLLECTIONS_PER_LEASE = 2;

	private static final Duration PAUSE_AFTER_SUCCESS = Duration.ofSeconds(1);

	private static final Duration SHORTEST_PAUSE = Duration.ofSeconds(10);

	private static final Duration LONGEST_PAUSE = Duration.ofMinutes(10);

	private final LeaseSessions sessions;

	private boolean paused;

	private long pausedAt;

	private Duration pause = Duration.ZERO;

	StarvationWatch(LeaseSessions sessions) {
		this.sessions = sessions;
	}

	/**
	 * Looks at the leases of a pool whose borrowers starve.
	 * @param leases the leases
	 * @param now the time in nanoseconds
	 * @return whether to collect
	 */
	boolean shouldCollect(List<Lease> leases, long now) {
		if (!mayCollect(leases, now) || leases.stream().anyMatch((lease) -> lease.heldFor().compareTo(OLD) < 0)) {
			return false;
		}
		Map<Lease, SessionState> states = this.sessions.ask(leases);
		long quiet = leases.stream().filter((lease) -> isQuiet(lease, states.get(lease))).count();
		return 2 * quiet >= leases.size() && leases.stream().allMatch(Lease::isOpen);
	}

	/**
	 * Returns whether the leases justify a collection, and the last one is long enough
	 * ago.
	 */
	boolean mayCollect(List<Lease> leases, long now) {
		return leases.stream().anyMatch(StarvationWatch::justifies) && !isPaused(now);
	}

	/**
	 * Returns whether the last collection proved something, and the next one must wait.
	 */
	boolean isPausedAfterSuccess(long now) {
		return this.pause == PAUSE_AFTER_SUCCESS && isPaused(now);
	}

	private boolean isPaused(long now) {
		return this.paused && now - this.pausedAt < this.pause.toNanos();
	}

	private static boolean justifies(Lease lease) {
		return lease.collections() < COLLECTIONS_PER_LEASE && !lease.isUnwrapped() && !lease.isProven();
	}

	/**
	 * Where the server does not tell, as behind a pooler, a thread that waits for its
	 * answer shows that the session is at work.
	 */
	private static boolean isQuiet(Lease lease, @Nullable SessionState session) {
		if (!lease.lastUser().isAlive()) {
			return true;
		}
		if (session != null && session.state() != null) {
			Duration unchanged = session.unchangedFor();
			return session.isIdle() && unchanged != null && unchanged.compareTo(IDLE) >= 0;
		}
		return !Holders.isInCall(lease.lastUser());
	}

	/**
	 * Notes what a collection brought.
	 * @param leases the leases that justified it
	 * @param leaks how many leaks it proved
	 * @param now the time in nanoseconds
	 */
	void collected(List<Lease> leases, long leaks, long now) {
		leases.forEach(Lease::countCollection);
		this.paused = true;
		this.pausedAt = now;
		if (leaks > 0) {
			this.pause = PAUSE_AFTER_SUCCESS;
			return;
		}
		Duration doubled = this.pause.multipliedBy(2);
		this.pause = (doubled.compareTo(SHORTEST_PAUSE) < 0) ? SHORTEST_PAUSE
				: (doubled.compareTo(LONGEST_PAUSE) > 0) ? LONGEST_PAUSE : doubled;
	}

}
