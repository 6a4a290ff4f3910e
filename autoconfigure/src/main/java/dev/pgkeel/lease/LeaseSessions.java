package dev.pgkeel.lease;

import java.sql.SQLException;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

import dev.pgkeel.server.SeenSession;
import dev.pgkeel.server.SessionProbe;
import dev.pgkeel.server.SessionState;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * What the sessions of leases do, as the server said when it was asked last.
 */
final class LeaseSessions {

	private static final Log logger = LogFactory.getLog(LeaseSessions.class);

	/**
	 * A server that cannot be asked may let whoever asks wait.
	 */
	private static final Duration PAUSE_AFTER_FAILURE = Duration.ofSeconds(5);

	private volatile SessionProbe probe;

	private volatile Map<Lease, SessionState> lastSeen = Map.of();

	private volatile Map<Integer, Lease> watched = Map.of();

	private volatile boolean failed;

	private volatile long failedAt;

	LeaseSessions(SessionProbe probe) {
		this.probe = probe;
	}

	void probeWith(SessionProbe other) {
		this.probe = other;
	}

	/**
	 * Asks the server.
	 * @param leases the leases to ask about
	 * @return what is known, without the leases that have ended meanwhile. Nothing if the
	 * server cannot be asked
	 */
	Map<Lease, SessionState> ask(Collection<Lease> leases) {
		Map<Lease, SessionState> states = askIfPossible(leases);
		return (states != null) ? states : Map.of();
	}

	/**
	 * Asks the server, if that is possible.
	 * @param leases the leases to ask about
	 * @return what the server tells, which may be nothing, without the leases that have
	 * ended meanwhile. {@code null} if it cannot be asked
	 */
	@Nullable Map<Lease, SessionState> askIfPossible(Collection<Lease> leases) {
		if (this.failed && System.nanoTime() - this.failedAt < PAUSE_AFTER_FAILURE.toNanos()) {
			return null;
		}
		this.failed = false;
		Map<Integer, Lease> byPid = byPid(leases);
		Map<Lease, SessionState> states = new HashMap<>();
		try {
			this.probe.sessions(byPid.keySet()).forEach((pid, state) -> {
				Lease lease = byPid.get(pid);
				// Otherwise its session may serve somebody else by now
				if (lease != null && lease.isOpen()) {
					states.put(lease, state);
				}
			});
		}
		catch (SQLException | RuntimeException ex) {
			logger.debug("The server cannot be asked what sessions do", ex);
			this.failedAt = System.nanoTime();
			this.failed = true;
			this.lastSeen = Map.of();
			return null;
		}
		this.lastSeen = Map.copyOf(states);
		return states;
	}

	/**
	 * Starts a look at the sessions by somebody else.
	 * @param leases the leases
	 * @return the processes to look at
	 */
	Set<Integer> watch(Collection<Lease> leases) {
		this.watched = byPid(leases);
		return this.watched.keySet();
	}

	/**
	 * Ends the look: a lease that is still open was that session's all the time.
	 * @param seen what was seen by process
	 */
	void seen(Map<Integer, SeenSession> seen) {
		Map<Lease, SessionState> states = new HashMap<>();
		this.watched.forEach((pid, lease) -> {
			SeenSession session = seen.get(pid);
			if (session != null && lease.isOpen()) {
				states.put(lease, new SessionState(pid, session.state(), null, session.unchangedFor(), false));
			}
		});
		this.watched = Map.of();
		this.lastSeen = Map.copyOf(states);
	}

	private static Map<Integer, Lease> byPid(Collection<Lease> leases) {
		Map<Integer, Lease> byPid = new HashMap<>();
		leases.forEach((lease) -> byPid.put(lease.backendPid(), lease));
		byPid.remove(0);
		return byPid;
	}

	@Nullable SessionState lastState(Lease lease) {
		return this.lastSeen.get(lease);
	}

	static String describe(@Nullable SessionState session) {
		if (session == null || session.state() == null) {
			return "unknown";
		}
		return session.state() + ((session.unchangedFor() != null) ? " for " + Times.text(session.unchangedFor()) : "");
	}

}
