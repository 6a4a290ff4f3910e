package dev.pgkeel.lease;

/**
 * Why there is no connection.
 *
 * @since 0.1.0
 */
public enum ExhaustionReason {

	/**
	 * Connections were leaked, or seem to be.
	 */
	LEAKED,

	/**
	 * All connections are at work.
	 */
	BUSY,

	/**
	 * The server has no room for another session (SQLSTATE 53300), or a pooler in between
	 * none for another client.
	 */
	SERVER_FULL,

	/**
	 * The server cannot be connected to.
	 */
	SERVER_DOWN

}
