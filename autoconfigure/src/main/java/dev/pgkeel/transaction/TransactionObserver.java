package dev.pgkeel.transaction;

import java.time.Duration;

import org.jspecify.annotations.Nullable;

/**
 * Is told of each transaction that has ended. Called by the transaction's thread, so it
 * has to be quick. What it throws is logged and goes no further.
 *
 * @since 0.1.0
 */
@FunctionalInterface
public interface TransactionObserver {

	/**
	 * Observes the end of a transaction.
	 * @param name the transaction's name, {@code null} if it has none
	 * @param outcome how it ended
	 * @param duration how long it took from the begin, synchronizations included
	 */
	void ended(@Nullable String name, TransactionOutcome outcome, Duration duration);

}
