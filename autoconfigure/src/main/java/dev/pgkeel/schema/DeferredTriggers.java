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
	 * Runs what is pending, looks at the database, and takes it back. A failure is left
	 * to the commit, which explains it.
	 * @param connection a connection with an open transaction
	 * @param look what to do in between
	 * @throws SQLException if the connection fails, or a lock could not be had
	 */
	static void run(Connection connection, Look look) throws SQLException {
		try (Statement statement = connection.createStatement()) {
			try (ResultSet row = statement.executeQuery(EXIST)) {
				row.next();
				if (!row.getBoolean(1)) {
					return;
				}
			}
			statement.execute("savepoint " + SAVEPOINT);
			look.before();
			if (run(statement)) {
				look.after();
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
			if (!ScriptRun.isFailureOfAStatement(ex) || ScriptRun.isTransient(ex)) {
				throw ex;
			}
			return false;
		}
	}

	/**
	 * What to do before and after the triggers have run.
	 */
	interface Look {

		/**
		 * A look at nothing: what they deleted stays counted by the server.
		 */
		Look NONE = new Look() {

			@Override
			public void before() {
			}

			@Override
			public void after() {
			}

		};

		void before() throws SQLException;

		void after() throws SQLException;

	}

}
