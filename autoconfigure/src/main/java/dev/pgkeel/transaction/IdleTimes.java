package dev.pgkeel.transaction;

import java.time.Duration;

import org.jspecify.annotations.Nullable;

/**
 * Asks how long sessions have been idle in their transactions.
 *
 * @since 0.1.0
 */
@FunctionalInterface
public interface IdleTimes {

	/**
	 * Asks about the session that a thread holds. May take as long as a query.
	 * @param dataSource the data source that its connection is from
	 * @param holder the thread
	 * @return for how long the session has been idle in its transaction, zero if it runs
	 * a statement, {@code null} if this cannot be told
	 */
	@Nullable Duration inTransaction(Object dataSource, Thread holder);

}
