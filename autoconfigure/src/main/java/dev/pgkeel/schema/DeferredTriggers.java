package dev.pgkeel.schema;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/**
 * What the commit will run of the users' own triggers. It is run before, and taken back:
 * the server has it pending again after the rollback to a savepoint (PostgreSQL 14 to
 * 18).
 */
final class DeferredTriggers {

	/**
	 * The server's own ones, of foreign keys, delete nothing that late.
	 */
	private static final String EXIST = """
			select exists (select from pg_catalog.pg_trigger where tgdeferrable and not tgisinternal)""";

	private static final String SAVEPOINT = "pgkeel_deferred";

	private DeferredTriggers() {
	}

	/**
	 * Returns whether there are any.
	 * @param connection a connection
	 * @return whether the commit may run one
	 * @throws SQLException if the connection fails
	 */
	static boolean exist(Connection connection) throws SQLException {
		try (Statement statement = connection.createStatement(); ResultSet row = statement.executeQuery(EXIST)) {
			row.next();
			return row.getBoolean(1);
		}
	}

	/**
	 * Runs what is pending, looks at the database, and takes it back. A failure is left
	 * to the commit, which explains it.
	 * @param connection a connection with an open transaction
	 * @param look what to do before it is taken back
	 * @throws SQLException if the connection fails, or a lock could not be had
	 */
	static void run(Connection connection, Look look) throws SQLException {
		try (Statement statement = connection.createStatement()) {
			statement.execute("savepoint " + SAVEPOINT);
			if (run(statement)) {
				look.look();
			}
			statement.execute("rollback to savepoint " + SAVEPOINT);
			statement.execute("release savepoint " + SAVEPOINT);
		}
	}

	private static boolean run(Statement statement) throws SQLException {
		try {
			statement.execute("set constraints all immediate");
			return true;
		}
		catch (SQLException ex) {
			if (!RunFailure.isOfAStatement(ex) || RunFailure.isTransient(ex)) {
				throw ex;
			}
			return false;
		}
	}

	/**
	 * A look at what the triggers have done.
	 */
	interface Look {

		void look() throws SQLException;

	}

}
