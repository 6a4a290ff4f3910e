package dev.pgkeel.server;

import java.time.Duration;

/**
 * Sessions of the server that have application, instance and state in common.
 *
 * @param application the application's name, without the part that tells its instances
 * apart
 * @param instance the instance's name, empty if the application does not tell its
 * instances apart
 * @param state the state as PostgreSQL names it, or {@code unknown} if this role may not
 * see it
 * @param sessions how many there are
 * @param ofRole how many of them belong to this role
 * @param ofDatabase how many of them are connected to this database
 * @param hidden how many of them this role may only see in part, so that not all of them
 * need to be sessions of clients
 * @param idleInTransaction how long the longest of them has been idle in a transaction
 * @since 0.1.0
 */
public record SessionGroup(String application, String instance, String state, int sessions, int ofRole, int ofDatabase,
		int hidden, Duration idleInTransaction) {

	/**
	 * The state of a session that this role may not see.
	 */
	public static final String UNKNOWN = "unknown";

	/**
	 * Creates a group of an application that does not tell its instances apart.
	 * @param application the application's name
	 * @param state the state
	 * @param sessions how many there are
	 * @param ofRole how many of them belong to this role
	 * @param ofDatabase how many of them are connected to this database
	 * @param hidden how many of them this role may only see in part
	 * @param idleInTransaction how long the longest of them has been idle in a
	 * transaction
	 */
	public SessionGroup(String application, String state, int sessions, int ofRole, int ofDatabase, int hidden,
			Duration idleInTransaction) {
		this(application, "", state, sessions, ofRole, ofDatabase, hidden, idleInTransaction);
	}

}
