package dev.pgkeel.pool;

import java.time.Duration;

/**
 * The sizes and times of a pool, in HikariCP's words.
 *
 * @param maximumPoolSize how many connections at most, in use and idle
 * @param minimumIdle how many idle connections are kept
 * @param connectionTimeout how long a borrower waits
 * @param validationTimeout how long a connection may take to prove that it is alive
 * @param idleTimeout how long a connection above {@code minimumIdle} stays idle
 * @param maxLifetime how long a connection lives
 * @param keepaliveTime how often an idle connection is pinged, zero for never
 * @since 0.1.0
 */
public record PoolSettings(int maximumPoolSize, int minimumIdle, Duration connectionTimeout, Duration validationTimeout,
		Duration idleTimeout, Duration maxLifetime, Duration keepaliveTime) {

	private static final Duration CONNECTION_TIMEOUT = Duration.ofSeconds(5);

	private static final Duration VALIDATION_TIMEOUT = Duration.ofSeconds(3);

	/**
	 * Returns the settings of a profile.
	 * @param profile a profile other than {@link RuntimeProfile#AUTO}
	 * @return the settings
	 * @throws IllegalArgumentException if the profile is {@link RuntimeProfile#AUTO}
	 */
	public static PoolSettings of(RuntimeProfile profile) {
		return switch (profile) {
			case LONG_LIVED -> new PoolSettings(10, 2, CONNECTION_TIMEOUT, VALIDATION_TIMEOUT, Duration.ofSeconds(30),
					Duration.ofMinutes(30), Duration.ofMinutes(2));
			case SERVERLESS -> new PoolSettings(1, 0, CONNECTION_TIMEOUT, VALIDATION_TIMEOUT, Duration.ofSeconds(10),
					Duration.ofMinutes(10), Duration.ZERO);
			case DEVELOPMENT -> new PoolSettings(5, 0, CONNECTION_TIMEOUT, VALIDATION_TIMEOUT, Duration.ofSeconds(10),
					Duration.ofMinutes(30), Duration.ofMinutes(2));
			case AUTO -> throw new IllegalArgumentException("The profile 'auto' has to be detected first");
		};
	}

	/**
	 * Returns these settings with another maximum.
	 * @param maximumPoolSize the maximum
	 * @return the settings
	 */
	public PoolSettings withMaximumPoolSize(int maximumPoolSize) {
		return new PoolSettings(maximumPoolSize, this.minimumIdle, this.connectionTimeout, this.validationTimeout,
				this.idleTimeout, this.maxLifetime, this.keepaliveTime);
	}

}
