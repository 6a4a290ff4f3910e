package dev.pgkeel.server;

import java.util.Locale;

/**
 * What stands between the application and the server.
 *
 * @since 0.1.0
 */
public enum Pooler {

	/**
	 * Nothing: a connection is a session of the server.
	 */
	DIRECT,

	/**
	 * A pooler that gives a connection one session of the server for as long as it lives.
	 */
	SESSION,

	/**
	 * A pooler that gives a connection a session of the server for one transaction at a
	 * time.
	 */
	TRANSACTION,

	/**
	 * It could not be found out.
	 */
	UNKNOWN;

	/**
	 * Returns the name as it is written in {@code application.yml}.
	 */
	@Override
	public String toString() {
		return name().toLowerCase(Locale.ROOT);
	}

}
