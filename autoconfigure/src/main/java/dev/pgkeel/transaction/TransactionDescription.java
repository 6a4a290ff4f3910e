package dev.pgkeel.transaction;

import java.time.Duration;

import org.jspecify.annotations.Nullable;

/**
 * A transaction that runs.
 *
 * @param name its name, {@code null} if it has none
 * @param holder the name of the thread that runs it
 * @param holderId the thread's id
 * @param runningFor for how long it has been running
 * @param limit its limit, {@code null} if it has none
 * @param readOnly whether it only reads
 * @since 0.1.0
 */
public record TransactionDescription(@Nullable String name, String holder, long holderId, Duration runningFor,
		@Nullable Duration limit, boolean readOnly) {

	static TransactionDescription of(RunningTransaction transaction) {
		Deadline deadline = transaction.deadline();
		return new TransactionDescription(transaction.execution().getTransactionName(), transaction.holder().getName(),
				transaction.holder().getId(), transaction.elapsed(), (deadline != null) ? deadline.limit() : null,
				transaction.execution().isReadOnly());
	}

}
