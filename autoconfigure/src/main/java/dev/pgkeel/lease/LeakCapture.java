package dev.pgkeel.lease;

/**
 * When a lease records the line of code that borrowed the connection.
 *
 * @since 0.1.0
 */
public enum LeakCapture {

	/**
	 * From the first leak on, and while most of the pool is in use.
	 */
	ADAPTIVE,

	/**
	 * Always.
	 */
	ALWAYS,

	/**
	 * Never.
	 */
	NEVER

}
