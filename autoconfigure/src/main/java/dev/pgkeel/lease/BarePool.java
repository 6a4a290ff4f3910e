package dev.pgkeel.lease;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;

/**
 * HikariCP's pool as it is without leases.
 */
interface BarePool {

	/**
	 * The pool's name, or its bean's while it has none.
	 */
	String name();

	int maximumPoolSize();

	int total();

	int idle();

	/**
	 * How many threads wait for a connection.
	 */
	int waiting();

	/**
	 * Whether it is open, and neither still to be started nor suspended.
	 */
	boolean isRunning();

	boolean isClosed();

	/**
	 * How long a borrower waits.
	 */
	Duration patience();

	/**
	 * Borrows a connection, and starts the pool with the first one.
	 */
	Connection borrow() throws SQLException;

	/**
	 * Borrows a connection from a pool that runs, with another patience.
	 */
	Connection borrow(Duration patience) throws SQLException;

	/**
	 * Ends the session of a connection that was not returned yet, and lets the pool make
	 * another one for those who wait.
	 */
	void evict(Connection proxy);

}
