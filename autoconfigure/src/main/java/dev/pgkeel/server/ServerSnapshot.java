package dev.pgkeel.server;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.ToIntFunction;

import org.jspecify.annotations.Nullable;

/**
 * All sessions of the server at one moment, in groups.
 *
 * @param takenAt when the server answered
 * @param limits how many sessions the server allows this role
 * @param seesAllSessions whether this role may see what other roles' sessions do
 * @param sessions the sessions
 * @param blocked how many sessions wait for a lock
 * @param longestBlocked those of them that have waited longest, the longest first
 * @param seen sessions that were looked at one by one, by process: those that block
 * others, and those of this instance's leases
 * @since 0.1.0
 */
public record ServerSnapshot(Instant takenAt, SessionLimits limits, boolean seesAllSessions,
		List<SessionGroup> sessions, int blocked, List<BlockedSession> longestBlocked, Map<Integer, SeenSession> seen) {

	/**
	 * Creates a snapshot for which no session was looked at.
	 * @param takenAt when the server answered
	 * @param limits how many sessions the server allows this role
	 * @param seesAllSessions whether this role may see what other roles' sessions do
	 * @param sessions the sessions
	 * @param blocked how many sessions wait for a lock
	 * @param longestBlocked those of them that have waited longest, the longest first
	 */
	public ServerSnapshot(Instant takenAt, SessionLimits limits, boolean seesAllSessions, List<SessionGroup> sessions,
			int blocked, List<BlockedSession> longestBlocked) {
		this(takenAt, limits, seesAllSessions, sessions, blocked, longestBlocked, Map.of());
	}

	/**
	 * Asks the server.
	 * @param connection a connection to PostgreSQL
	 * @param role the role whose limit counts, {@code null} for the one that asks
	 * @param timeout how long the server may take, in whole seconds
	 * @param clock tells the time
	 * @return the answer
	 * @throws SQLException if the server does not answer
	 */
	public static ServerSnapshot read(Connection connection, @Nullable String role, Duration timeout, Clock clock)
			throws SQLException {
		return SnapshotQuery.run(connection, timeout, clock.instant(), role, List.of(), false);
	}

	/**
	 * Returns how many sessions of clients there are.
	 * @return the number, which may be too high if {@link #hidden()} is not 0
	 */
	public int total() {
		return sum(SessionGroup::sessions);
	}

	/**
	 * Returns how many of the sessions this role sees only in part.
	 * @return the number
	 */
	public int hidden() {
		return sum(SessionGroup::hidden);
	}

	private int sum(ToIntFunction<SessionGroup> number) {
		return this.sessions.stream().mapToInt(number).sum();
	}

	/**
	 * Returns the sessions by state.
	 * @return the numbers of sessions by PostgreSQL's names of the states
	 */
	public Map<String, Integer> byState() {
		return by(SessionGroup::state);
	}

	/**
	 * Returns the sessions by application.
	 * @return the numbers of sessions by the applications' names
	 */
	public Map<String, Integer> byApplication() {
		return by(SessionGroup::application);
	}

	private Map<String, Integer> by(Function<SessionGroup, String> key) {
		Map<String, Integer> numbers = new TreeMap<>();
		this.sessions.forEach((group) -> numbers.merge(key.apply(group), group.sessions(), Integer::sum));
		return numbers;
	}

	/**
	 * Returns how much of each limit is in use. A role sees its own sessions in full, so
	 * that their number is exact, unless it asks about another role's.
	 * @return the server's limit, and the role's and the database's if they have one
	 */
	public List<LimitUsage> usages() {
		boolean upperBound = hidden() > 0;
		List<LimitUsage> usages = new ArrayList<>();
		usages.add(new LimitUsage(LimitUsage.Kind.SERVER, total(),
				this.limits.maxConnections() - this.limits.reserved(), upperBound));
		Integer role = this.limits.role();
		if (role != null) {
			boolean partly = this.sessions.stream().anyMatch((group) -> group.hidden() > 0 && group.ofRole() > 0);
			usages.add(new LimitUsage(LimitUsage.Kind.ROLE, sum(SessionGroup::ofRole), role, partly));
		}
		Integer database = this.limits.database();
		if (database != null) {
			usages.add(new LimitUsage(LimitUsage.Kind.DATABASE, sum(SessionGroup::ofDatabase), database, upperBound));
		}
		return usages;
	}

	/**
	 * Returns the limit that will be reached first.
	 * @return the limit of which the largest part is in use
	 */
	public LimitUsage binding() {
		return usages().stream().max(Comparator.comparingDouble(LimitUsage::percent)).orElseThrow();
	}

	/**
	 * Returns how long a session has been idle in a transaction.
	 * @return the longest time among the sessions that this role may see
	 */
	public Duration longestIdleInTransaction() {
		return this.sessions.stream()
			.map(SessionGroup::idleInTransaction)
			.max(Comparator.naturalOrder())
			.orElse(Duration.ZERO);
	}

	/**
	 * Returns the session that has waited longest for a lock.
	 * @return the session, {@code null} if none waits
	 */
	public @Nullable BlockedSession mostBlocked() {
		return this.longestBlocked.isEmpty() ? null : this.longestBlocked.get(0);
	}

	/**
	 * Returns whom a session waits for.
	 * @param pid the process that serves the session
	 * @return the processes that it waits for
	 */
	public List<Integer> blockedBy(int pid) {
		return this.longestBlocked.stream()
			.filter((session) -> session.pid() == pid)
			.findFirst()
			.map(BlockedSession::blockedBy)
			.orElse(List.of());
	}

	/**
	 * Returns the sessions by application and state.
	 * @return the numbers of sessions by PostgreSQL's names of the states, by the
	 * applications' names
	 */
	public Map<String, Map<String, Integer>> byApplicationAndState() {
		Map<String, Map<String, Integer>> numbers = new TreeMap<>();
		this.sessions.forEach((group) -> numbers.computeIfAbsent(group.application(), (application) -> new TreeMap<>())
			.merge(group.state(), group.sessions(), Integer::sum));
		return numbers;
	}

}
