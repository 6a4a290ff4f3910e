package dev.pgkeel.alert;

import java.util.Locale;

/**
 * What an alert is about. There is at most one alert for each.
 *
 * @since 0.1.0
 */
public enum AlertSubject {

	/**
	 * The limit on sessions that will be reached first.
	 */
	CONNECTIONS,

	/**
	 * Borrowers that wait for a connection of the pool.
	 */
	POOL,

	/**
	 * A session that is idle in a transaction.
	 */
	IDLE_IN_TRANSACTION,

	/**
	 * A session that waits for a lock.
	 */
	BLOCKED,

	/**
	 * The monitor gets no answer.
	 */
	MONITOR;

	@Override
	public String toString() {
		return name().toLowerCase(Locale.ROOT).replace('_', '-');
	}

}
