package dev.pgkeel.lease;

import java.sql.Connection;
import java.sql.SQLException;

/**
 * Commits in the place of a pool's connections. Safe for use by several threads.
 *
 * @since 0.1.0
 */
public interface CommitGuard {

	/**
	 * Commits.
	 * @param connection the connection of HikariCP
	 * @param handle what its borrower has of it
	 * @throws java.sql.SQLTransactionRollbackException if it is certain that the
	 * transaction was rolled back: a rollback that follows is not passed on
	 * @throws SQLException if the connection cannot commit
	 */
	void commit(Connection connection, LeasedConnection handle) throws SQLException;

}
