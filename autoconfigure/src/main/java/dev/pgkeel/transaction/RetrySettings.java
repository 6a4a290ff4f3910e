package dev.pgkeel.transaction;

import java.time.Duration;

/**
 * How often and how soon a transaction is run again.
 *
 * @param maxAttempts the number of attempts, the first included
 * @param delay the pause before the second attempt, to which as much again is added or
 * taken away at random
 * @param multiplier by how much each pause is longer than the one before
 * @param maxDelay the longest pause
 * @since 0.1.0
 */
public record RetrySettings(int maxAttempts, Duration delay, double multiplier, Duration maxDelay) {

	/**
	 * One attempt, and pauses that fit transactions of milliseconds for who asks for
	 * more.
	 */
	public static final RetrySettings NONE = new RetrySettings(1, Duration.ofMillis(20), 2, Duration.ofSeconds(1));

	/**
	 * Creates the settings.
	 * @param maxAttempts how often a transaction is attempted in all
	 * @param delay pause before the second attempt
	 * @param multiplier how many times longer each pause is than the one before
	 * @param maxDelay the longest pause
	 */
	public RetrySettings {
		if (maxAttempts < 1) {
			throw new IllegalArgumentException("A transaction needs at least one attempt, and not " + maxAttempts);
		}
	}

	RetrySettings withMaxAttempts(int attempts) {
		return new RetrySettings(attempts, this.delay, this.multiplier, this.maxDelay);
	}

}
