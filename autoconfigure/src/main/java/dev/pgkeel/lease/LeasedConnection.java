package dev.pgkeel.lease;

import java.sql.Connection;
import java.sql.SQLException;

/**
 * A connection that was lent, for those who look after it beside its borrower. To be had
 * by {@code unwrap}, which leaves the search for leaks as it is. Safe for use by several
 * threads.
 *
 * @since 0.1.0
 */
public interface LeasedConnection extends Connection {

	/**
	 * Cancels the statement that runs. Does nothing once the connection was given back:
	 * then it may be the next borrower's.
	 * @throws SQLException if the server cannot be asked
	 */
	void cancelStatement() throws SQLException;

	/**
	 * Does something with the driver's own connection, as {@code unwrap} would allow.
	 * @param type the type of the driver's connection
	 * @param work what is done, which keeps nothing that it gets
	 * @param <T> the type of the driver's connection
	 * @throws SQLException if there is no such connection, or what the work throws
	 */
	<T> void withDriver(Class<T> type, DriverWork<T> work) throws SQLException;

	/**
	 * What is done with the driver's own connection.
	 *
	 * @param <T> the type of the driver's connection
	 * @since 0.1.0
	 */
	@FunctionalInterface
	interface DriverWork<T> {

		/**
		 * Does it.
		 * @param driver the driver's connection
		 * @throws SQLException if it fails
		 */
		void with(T driver) throws SQLException;

	}

}
