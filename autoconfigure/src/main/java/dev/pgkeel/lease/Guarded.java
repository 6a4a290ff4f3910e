package dev.pgkeel.lease;

/**
 * One of our objects around one of HikariCP's or the driver's. It keeps the handle of its
 * connection reachable, and the one around which it is never reaches the caller.
 */
interface Guarded {

	/**
	 * Returns what the driver expects as an argument.
	 */
	Object bare();

}
