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

}
