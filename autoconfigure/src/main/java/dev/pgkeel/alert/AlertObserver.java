package dev.pgkeel.alert;

import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.Map;
import java.util.function.IntSupplier;

import dev.pgkeel.server.BlockedSession;
import dev.pgkeel.server.LimitUsage;
import dev.pgkeel.server.MonitorFailure;
import dev.pgkeel.server.MonitorState;
import dev.pgkeel.server.RefusalReason;
import dev.pgkeel.server.Refusals;
import dev.pgkeel.server.ServerSnapshot;
import org.jspecify.annotations.Nullable;

/**
 * Looks at what the monitor saw, subject by subject. What it cannot see it says nothing
 * about. Not safe for use by several threads.
 */
final class AlertObserver {

	private final AlertPolicy policy;

	private final Refusals refusals;

	private final IntSupplier waiting;

	private long refusalsSeen;

	/**
	 * Whether the last that was seen of the connections is a refusal, and no figures.
	 */
	private boolean refusedLast;

	private long timeoutsSeen;

	private @Nullable Instant waitingSince;

	private @Nullable Instant looked;

	private @Nullable Instant unansweredSince;

	/**
	 * Creates an observer.
	 * @param policy when an alert is raised
	 * @param refusals counts refusals and borrowers that waited in vain
	 * @param waiting tells how many borrowers wait
	 */
	AlertObserver(AlertPolicy policy, Refusals refusals, IntSupplier waiting) {
		this.policy = policy;
		this.refusals = refusals;
		this.waiting = waiting;
	}

	Map<AlertSubject, Observation> observe(MonitorState state, Instant now) {
		if (this.looked == null || Duration.between(this.looked, now).compareTo(AlertPolicy.WAITING) > 0) {
			// Nobody knows whether somebody waited all the time while nobody looked
			this.waitingSince = null;
		}
		this.looked = now;
		Map<AlertSubject, Observation> seen = new EnumMap<>(AlertSubject.class);
		ServerSnapshot snapshot = state.current(now);
		Observation connections = connections(snapshot, isRefused(state));
		if (connections != null) {
			seen.put(AlertSubject.CONNECTIONS, connections);
		}
		if (snapshot != null) {
			seen.put(AlertSubject.IDLE_IN_TRANSACTION, idle(snapshot.longestIdleInTransaction()));
			seen.put(AlertSubject.BLOCKED, blocked(snapshot));
		}
		seen.put(AlertSubject.POOL, pool(now));
		Duration silence = silence(state, now);
		boolean blind = silence.compareTo(AlertPolicy.BLIND) >= 0;
		seen.put(AlertSubject.MONITOR,
				Observation.of(blind ? AlertLevel.PAGE : AlertLevel.NONE,
						blind ? "the monitor has not seen the server for " + silence.toSeconds() + " s"
								+ ((state.failure() != null) ? ": " + state.failure().cause() : "")
								: isRefused(state) ? "the server answers, but not what the monitor asks"
										: "the monitor sees the server"));
		return seen;
	}

	/**
	 * Returns for how long the server has not answered. A time when nobody asked it is
	 * none of that, as where it is only asked on demand, nor one when it refused the
	 * question.
	 */
	private Duration silence(MonitorState state, Instant now) {
		if (isRefused(state)) {
			this.unansweredSince = null;
			return Duration.ZERO;
		}
		Duration age = state.age(now);
		if (state.failure() == null) {
			this.unansweredSince = null;
			return age;
		}
		Instant since = this.unansweredSince;
		// Or the clock was set back
		if (since == null || since.isBefore(state.since()) || since.isAfter(now)) {
			since = (age.compareTo(AlertPolicy.BLIND) < 0) ? now.minus(age) : now;
			this.unansweredSince = since;
		}
		return Duration.between(since, now);
	}

	private static boolean isRefused(MonitorState state) {
		return state.failure() != null && state.failure().cause() == MonitorFailure.Cause.QUESTION_REFUSED;
	}

	/**
	 * A refusal outranks any count: logins in progress hold slots that nobody sees
	 * (before PostgreSQL 18). Where the server gives no figures, nothing else would ever
	 * end it.
	 */
	private @Nullable Observation connections(@Nullable ServerSnapshot snapshot, boolean questionRefused) {
		long refused = this.refusals.total();
		RefusalReason reason = this.refusals.last();
		if (refused > this.refusalsSeen && reason != null) {
			this.refusalsSeen = refused;
			this.refusedLast = true;
			return new Observation(AlertLevel.PANIC, AlertLevel.PANIC, true,
					"the server refused a connection, since " + reason.description() + ". " + reason.action());
		}
		if (snapshot == null) {
			return (questionRefused && this.refusedLast)
					? Observation.of(AlertLevel.NONE, "no connection was refused since") : null;
		}
		this.refusedLast = false;
		LimitUsage usage = snapshot.binding();
		AlertLevel level = this.policy.levelOf(usage.percent());
		AlertLevel cleared = this.policy.levelOf(usage.percent() + AlertPolicy.HYSTERESIS_PERCENT);
		return new Observation(level, cleared, false, usage.toString());
	}

	private static Observation idle(Duration longest) {
		return Observation.of(AlertPolicy.levelOf(longest, AlertPolicy.IDLE_ALERT, AlertPolicy.IDLE_PAGE),
				"the longest idle in transaction is " + longest.toSeconds() + " s");
	}

	private static Observation blocked(ServerSnapshot snapshot) {
		BlockedSession most = snapshot.mostBlocked();
		if (most == null) {
			return Observation.of(AlertLevel.NONE, "no session waits for a lock");
		}
		return Observation.of(AlertPolicy.levelOf(most.waiting(), AlertPolicy.BLOCKED_ALERT, AlertPolicy.BLOCKED_PAGE),
				"%d sessions wait for a lock, the longest for %d s: process %d (%s) for %s".formatted(
						snapshot.blocked(), most.waiting().toSeconds(), most.pid(), most.application(),
						most.blockedBy()));
	}

	/**
	 * A pool of which all connections are in use and nobody waits is healthy.
	 */
	private Observation pool(Instant now) {
		int borrowers = this.waiting.getAsInt();
		Instant since = (borrowers > 0) ? earlier(this.waitingSince, now) : null;
		this.waitingSince = since;
		long timeouts = this.refusals.timeouts();
		boolean timedOut = timeouts > this.timeoutsSeen;
		this.timeoutsSeen = timeouts;
		if (timedOut) {
			return Observation.of(AlertLevel.PAGE, "a borrower got no connection from the pool in time");
		}
		if (since != null && Duration.between(since, now).compareTo(AlertPolicy.WAITING) >= 0) {
			return Observation.of(AlertLevel.PAGE, borrowers + " borrowers wait for a connection of the pool, which"
					+ " has had somebody waiting for " + Duration.between(since, now).toSeconds() + " s");
		}
		return Observation.of(AlertLevel.NONE, "nobody waits long for a connection of the pool");
	}

	/**
	 * Returns since when, which is now at the latest, also where the clock was set back.
	 */
	private static Instant earlier(@Nullable Instant since, Instant now) {
		return (since != null && since.isBefore(now)) ? since : now;
	}

	boolean somebodyWaits() {
		return this.waitingSince != null;
	}

}
