package dev.pgkeel.autoconfigure;

import org.jspecify.annotations.Nullable;

/**
 * Properties of all instances of the application together.
 *
 * @param instances Maximum number of instances that run at once, those of a rollout
 * included. Unless set, it counts as 1.
 * @param maxConnections Connections of the server, or of the pooler, that all instances
 * may have together. Unless set, all that are usable; without a pooler never more than
 * these.
 * @since 0.1.0
 */
public record FleetProperties(@Nullable Integer instances, @Nullable Integer maxConnections) {

	/**
	 * Creates properties.
	 * @param instances the most instances that run at once, {@code null} if not declared
	 * @param maxConnections what they may have together, {@code null} for all
	 * @throws IllegalArgumentException if one of them is below 1
	 */
	public FleetProperties {
		if (instances != null && instances < 1) {
			throw new IllegalArgumentException("pgkeel.fleet.instances is " + instances + ", but must be at least 1");
		}
		if (maxConnections != null && maxConnections < 1) {
			throw new IllegalArgumentException(
					"pgkeel.fleet.max-connections is " + maxConnections + ", but must be at least 1");
		}
	}

}
