package dev.pgkeel.transaction;

import java.time.Duration;

import dev.pgkeel.PgkeelMode;
import org.jspecify.annotations.Nullable;

/**
 * What is done with transactions.
 *
 * @param mode whether limits bind or are only reported
 * @param serverSide whether the server is told the limit of a transaction that has one
 * @param slowAfter how long a transaction runs before it is reported, zero for never
 * @param timeout the limit that the application's template would have, where limits are
 * only reported
 * @since 0.1.0
 */
public record TransactionGuardSettings(PgkeelMode mode, boolean serverSide, Duration slowAfter,
		@Nullable Duration timeout) {

	private static final Duration VERY_SLOW = Duration.ofSeconds(30);

	Duration verySlowAfter() {
		return (this.slowAfter.compareTo(VERY_SLOW) < 0) ? VERY_SLOW : this.slowAfter;
	}

	boolean observe() {
		return this.mode == PgkeelMode.OBSERVE;
	}

	@Nullable Duration observedTimeout() {
		return observe() ? this.timeout : null;
	}

}
