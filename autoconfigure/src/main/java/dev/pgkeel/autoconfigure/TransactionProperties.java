package dev.pgkeel.autoconfigure;

import java.time.Duration;

import dev.pgkeel.transaction.RetrySettings;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Properties of the guarded transactions.
 *
 * @param enabled Whether transactions are guarded, and the application's
 * TransactionTemplate is the guarded one.
 * @param timeout Maximum duration of a transaction of the application's
 * TransactionTemplate, in whole seconds. Unless set, there is none.
 * @param serverSide Whether the server is told the limit of a transaction that has one.
 * @param slowAfter How long a transaction runs before it is reported. Zero reports none.
 * @param nameTag Whether the timer of transactions is tagged with their names.
 * @param resolveCommit Whether the server is asked what became of a transaction whose
 * connection was lost in COMMIT. Costs one round trip for each transaction that is not
 * read only.
 * @param retry Retry of the application's TransactionTemplate.
 * @since 0.1.0
 */
public record TransactionProperties(@DefaultValue("true") Boolean enabled, @Nullable Duration timeout,
		@DefaultValue("true") Boolean serverSide, @DefaultValue("5s") Duration slowAfter,
		@DefaultValue("false") Boolean nameTag, @DefaultValue("false") Boolean resolveCommit,
		@DefaultValue Retry retry) {

	/**
	 * Creates properties.
	 * @param enabled whether transactions are guarded
	 * @param timeout maximum duration, {@code null} for none
	 * @param serverSide whether the server is told the limit
	 * @param slowAfter how long a transaction runs before it is reported
	 * @param nameTag whether the timer is tagged with names
	 * @param resolveCommit whether the server is asked about a lost COMMIT
	 * @param retry the retry
	 * @throws IllegalArgumentException if the timeout is not whole seconds, or too many
	 */
	public TransactionProperties {
		if (timeout != null
				&& (timeout.toSeconds() < 1 || timeout.toSeconds() > Integer.MAX_VALUE || timeout.toNanosPart() != 0)) {
			throw new IllegalArgumentException("pgkeel.transaction.timeout must be whole seconds, between 1 and "
					+ Integer.MAX_VALUE + ", and not " + timeout);
		}
	}

	/**
	 * Properties of the retry.
	 *
	 * @param maxAttempts How often a transaction is attempted that fails with a
	 * serialization failure or a deadlock, the first time included.
	 * @param delay Pause before the second attempt, give or take as much at random.
	 * @param multiplier How many times longer each pause is than the one before.
	 * @param maxDelay Longest pause.
	 */
	public record Retry(@DefaultValue("1") Integer maxAttempts, @DefaultValue("20ms") Duration delay,
			@DefaultValue("2") Double multiplier, @DefaultValue("1s") Duration maxDelay) {

		/**
		 * Creates properties.
		 * @param maxAttempts how often a transaction is attempted in all
		 * @param delay pause before the second attempt
		 * @param multiplier how many times longer each pause is than the one before
		 * @param maxDelay the longest pause
		 * @throws IllegalArgumentException if one of them cannot work
		 */
		public Retry {
			if (maxAttempts < 1) {
				throw new IllegalArgumentException(
						"pgkeel.transaction.retry.max-attempts must be at least one, and not " + maxAttempts);
			}
			if (delay.toMillis() < 1 || maxDelay.compareTo(delay) < 0) {
				throw new IllegalArgumentException(
						"pgkeel.transaction.retry.delay must be at least one millisecond, and"
								+ " no longer than max-delay: it is " + delay + ", and max-delay is " + maxDelay);
			}
			if (multiplier < 1) {
				throw new IllegalArgumentException(
						"pgkeel.transaction.retry.multiplier must be at least 1, and not " + multiplier);
			}
		}

		RetrySettings settings() {
			return new RetrySettings(this.maxAttempts, this.delay, this.multiplier, this.maxDelay);
		}

	}

}
