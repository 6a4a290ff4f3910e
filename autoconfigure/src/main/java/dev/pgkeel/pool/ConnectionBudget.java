package dev.pgkeel.pool;

import dev.pgkeel.server.Pooler;
import dev.pgkeel.server.SessionLimits;
import org.jspecify.annotations.Nullable;

/**
 * What a fleet may take of the server's connections.
 *
 * @param instances how many instances run at once, at most
 * @param declared whether somebody said so
 * @param connections how many connections all of them may have together
 * @param origin what {@code connections} comes from
 * @since 0.1.0
 */
public record ConnectionBudget(int instances, boolean declared, int connections, String origin) {

	/**
	 * Returns the budget of a fleet.
	 * @param instances how many instances run at once, {@code null} if not declared
	 * @param maxConnections this service's share, {@code null} for all there is. Without
	 * a pooler it is never more than that
	 * @param limits the server's limits
	 * @param pooler what stands in between
	 * @return the budget, {@code null} if nobody knows: a pooler takes more connections
	 * than the server has, and only the user knows how many
	 */
	public static @Nullable ConnectionBudget of(@Nullable Integer instances, @Nullable Integer maxConnections,
			SessionLimits limits, Pooler pooler) {
		int count = (instances != null) ? instances : 1;
		boolean beyond = pooler == Pooler.DIRECT && maxConnections != null && maxConnections > limits.usable();
		if (maxConnections != null && !beyond) {
			return new ConnectionBudget(count, instances != null, maxConnections,
					maxConnections + " of pgkeel.fleet.max-connections");
		}
		if (pooler != Pooler.DIRECT) {
			return null;
		}
		return new ConnectionBudget(count, instances != null, limits.usable(), origin(limits)
				+ (beyond ? ", less than the " + maxConnections + " of pgkeel.fleet.max-connections" : ""));
	}

	private static String origin(SessionLimits limits) {
		int usable = limits.usable();
		if (usable == limits.maxConnections() - limits.reserved()) {
			return "%d usable (%d - %d reserved)".formatted(usable, limits.maxConnections(), limits.reserved());
		}
		boolean role = limits.role() != null && limits.role() == usable;
		return usable + " usable (the " + (role ? "role" : "database") + "'s limit)";
	}

	/**
	 * Returns whether pools of a size fit.
	 * @param poolSize the size of each instance's pool
	 * @param monitorSessions how many sessions each instance's monitor keeps
	 * @param otherSessions how many sessions others have, {@code null} if that is not
	 * known
	 * @return the sizing
	 */
	public PoolSizing sizing(int poolSize, int monitorSessions, @Nullable Integer otherSessions) {
		return new PoolSizing(this, poolSize, monitorSessions, otherSessions);
	}

}
