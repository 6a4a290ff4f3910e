package dev.pgkeel.alert;

import java.util.Locale;

import dev.pgkeel.server.ApplicationInstance;

/**
 * What an alert is about. There is at most one alert for each.
 *
 * @since 0.1.0
 */
public enum AlertSubject {

	/**
	 * The limit on sessions that will be reached first.
	 */
	CONNECTIONS(false),

	/**
	 * Borrowers that wait for a connection of the pool.
	 */
	POOL(true),

	/**
	 * A session that is idle in a transaction.
	 */
	IDLE_IN_TRANSACTION(false),

	/**
	 * A session that waits for a lock.
	 */
	BLOCKED(false),

	/**
	 * The monitor gets no answer.
	 */
	MONITOR(true);

	private final boolean ofInstance;

	AlertSubject(boolean ofInstance) {
		this.ofInstance = ofInstance;
	}

	/**
	 * Returns whether it is about an instance, and not about the server that all
	 * instances see.
	 */
	boolean isOfInstance() {
		return this.ofInstance;
	}

	/**
	 * Returns the key of all news of one alert. All instances see the same server, so
	 * they have the same key for it; what is the matter with an instance has a key of its
	 * own. It is the name as it was given: in ASCII several may have the same.
	 */
	String key(ApplicationInstance instance) {
		return "pgkeel/" + (this.ofInstance ? instance.applicationName() : instance.name()) + "/" + this;
	}

	@Override
	public String toString() {
		return name().toLowerCase(Locale.ROOT).replace('_', '-');
	}

}
