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

	private static final Duration OLD_AFTER_SUCCESS = Duration.ofMillis(500);

	/**
	 * For how long a success says that there are more leaks.
	 */
	private static final Duration SUCCESS_COUNTS = Duration.ofSeconds(10);

	/**
	 * A session between two statements of a busy holder is idle as well, but not for
	 * long.
	 */
	private static final Duration IDLE = Duration.ofMillis(500);

	private static final int COLLECTIONS_PER_LEASE = 2;

	private static final Duration PAUSE_AFTER_SUCCESS = Duration.ofSeconds(1);

	private static final Duration SHORTEST_PAUSE = Duration.ofSeconds(10);

	private static final Duration LONGEST_PAUSE = Duration.ofMinutes(10);

	private static final Duration SHORTEST_QUESTION_PAUSE = Duration.ofMillis(500);

	private static final Duration LONGEST_QUESTION_PAUSE = Duration.ofSeconds(10);

	/**
	 * Looks that are farther apart belong to different shortages.
	 */
	private static final Duration SAME_SHORTAGE = Duration.ofSeconds(1);

	private final LeaseSessions sessions;

	private boolean paused;

	private long pausedAt;

	private Duration pause = Duration.ZERO;

	private boolean looked;

	private long lookedAt;

	private long askedAt;

	private Duration questionPause = Duration.ZERO;

	StarvationWatch(LeaseSessions sessions) {
		this.sessions = sessions;
	}

	/**
	 * Looks at the leases of a pool whose borrowers starve. As long as it is busy, the
	 * server is asked at growing intervals: on a full pool each question is a connection
	 * of its own.
	 * @param leases the leases
	 * @param now the time in nanoseconds
	 * @return whether to collect
	 */
	boolean shouldCollect(List<Lease> leases, long now) {
		Duration old = old(now);
		if (!mayCollect(leases, now) || leases.stream().anyMatch((lease) -> lease.heldFor().compareTo(old) < 0)
				|| !mayAsk(now)) {
			return false;
		}
		Map<Lease, SessionState> states = this.sessions.ask(leases);
		long quiet = leases.stream().filter((lease) -> isQuiet(lease, states.get(lease))).count();
		boolean forgotten = 2 * quiet >= leases.size() && leases.stream().allMatch(Lease::isOpen);
		this.askedAt = now;
		this.questionPause = forgotten ? Duration.ZERO
				: doubled(this.questionPause, SHORTEST_QUESTION_PAUSE, LONGEST_QUESTION_PAUSE);
		return forgotten;
	}

	/**
	 * Where the last collection proved leaks, the next ones are worth less patience: at
	 * several leaks per second a pool is dry again before its leases are old.
	 */
	private Duration old(long now) {
		boolean leaking = this.pause == PAUSE_AFTER_SUCCESS && now - this.pausedAt < SUCCESS_COUNTS.toNanos();
		return leaking ? OLD_AFTER_SUCCESS : OLD;
	}

	private boolean mayAsk(long now) {
		boolean same = this.looked && now - this.lookedAt < SAME_SHORTAGE.toNanos();
		this.looked = true;
		this.lookedAt = now;
		if (!same) {
			this.questionPause = Duration.ZERO;
		}
		return this.questionPause.isZero() || now - this.askedAt >= this.questionPause.toNanos();
	}

	private static Duration doubled(Duration pause, Duration shortest, Duration longest) {
		Duration doubled = pause.plus(pause);
		return (doubled.compareTo(shortest) < 0) ? shortest : (doubled.compareTo(longest) > 0) ? longest : doubled;
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
		this.pause = (leaks > 0) ? PAUSE_AFTER_SUCCESS : doubled(this.pause, SHORTEST_PAUSE, LONGEST_PAUSE);
	}

}
