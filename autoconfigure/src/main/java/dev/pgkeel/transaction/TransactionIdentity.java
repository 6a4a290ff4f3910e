package dev.pgkeel.transaction;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

import org.jspecify.annotations.Nullable;
import org.postgresql.core.BaseConnection;
import org.postgresql.core.TransactionState;

/**
 * What tells a transaction from all others: its id, and the history that the id belongs
 * to. A promoted standby gives ids anew that the old primary gave too, and another system
 * has all of them.
 *
 * @param id the id, {@code null} if the transaction has none
 * @param readAt when the server was asked, by its own clock, in seconds since 1970
 * @param history where and in which line of history it was given
 */
record TransactionIdentity(@Nullable String id, double readAt, History history) {

	/**
	 * The file name of the WAL that is being written begins with its timeline;
	 * {@code pg_control_checkpoint} knows a new timeline only after the next checkpoint.
	 */
	private static final String HISTORY = """
			pg_catalog.pg_is_in_recovery(),
			  (select system_identifier from pg_catalog.pg_control_system()),
			  case when not pg_catalog.pg_is_in_recovery() then pg_catalog.substr(
			    pg_catalog.pg_walfile_name(pg_catalog.pg_current_wal_insert_lsn()), 1, 8) end""";

	private static final String SAVEPOINT = "pgkeel_identity";

	/**
	 * One round trip. The savepoint lets the transaction go on where a function is
	 * missing or not allowed.
	 */
	private static final String OWN = "savepoint " + SAVEPOINT
			+ "; select pg_catalog.pg_current_xact_id_if_assigned()::text, "
			+ "extract(epoch from pg_catalog.clock_timestamp())::float8, " + HISTORY + "; release savepoint "
			+ SAVEPOINT;

	/**
	 * Reads the identity of a connection's transaction, in one round trip.
	 * @param pooled the connection, in a transaction
	 * @return the identity
	 * @throws UnavailableException if the server does not tell, and the transaction goes
	 * on
	 * @throws SQLException if the transaction cannot go on
	 */
	static TransactionIdentity read(Connection pooled) throws SQLException, UnavailableException {
		// HikariCP 7.0 closes a connection on which something is not supported (0A000)
		Connection connection = pooled.unwrap(BaseConnection.class);
		try (PreparedStatement statement = connection.prepareStatement(OWN)) {
			statement.execute();
			statement.getMoreResults();
			try (ResultSet row = statement.getResultSet()) {
				row.next();
				return new TransactionIdentity(row.getString(1), row.getDouble(2), History.of(row, 3));
			}
		}
		catch (SQLException ex) {
			if (!SqlStates.unavailable(ex)) {
				throw ex;
			}
			goOn(connection);
			throw new UnavailableException(ex);
		}
	}

	/**
	 * With the driver's own savepoints ({@code autosave}) it goes on by itself.
	 */
	private static void goOn(Connection connection) throws SQLException {
		if (canBeRead(connection)) {
			return;
		}
		try (Statement statement = connection.createStatement()) {
			statement.execute("rollback to savepoint " + SAVEPOINT + "; release savepoint " + SAVEPOINT);
		}
	}

	/**
	 * Returns whether a connection is in a transaction that has not failed. Known to the
	 * driver, which has not begun one before the first statement.
	 */
	static boolean canBeRead(Connection connection) throws SQLException {
		return connection.isWrapperFor(BaseConnection.class)
				&& connection.unwrap(BaseConnection.class).getTransactionState() == TransactionState.OPEN;
	}

	/**
	 * The history of a server.
	 *
	 * @param standby whether it is written by another server
	 * @param system the system identifier
	 * @param timeline the timeline that is written, {@code null} on a standby
	 */
	record History(boolean standby, String system, @Nullable String timeline) {

		static History read(Connection connection) throws SQLException {
			try (Statement statement = connection.createStatement();
					ResultSet row = statement.executeQuery("select " + HISTORY)) {
				row.next();
				return of(row, 1);
			}
		}

		private static History of(ResultSet row, int column) throws SQLException {
			return new History(row.getBoolean(column), row.getString(column + 1), row.getString(column + 2));
		}

	}

	/**
	 * The server does not tell, or does not tell this role.
	 */
	static final class UnavailableException extends Exception {

		UnavailableException(SQLException cause) {
			super(cause);
		}

	}

}
