package dev.pgkeel.server;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.Executor;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.postgresql.PGConnection;
import org.postgresql.PGStatement;

/**
 * Finds out what stands between the application and the server by what it does, not by
 * its name or version: which process serves a connection, and whether two connections
 * ever share one.
 * <p>
 * A pooler tells the driver a process id of its own making (seen with PgBouncer 1.18).
 *
 * @since 0.1.0
 */
public final class PoolerProbe {

	private static final Log logger = LogFactory.getLog(PoolerProbe.class);

	private static final int ROUNDS = 4;

	/**
	 * A pooler without a free session lets a connection wait.
	 */
	private static final int TIMEOUT_MILLIS = 2000;

	private static final String NAMED = "select pg_catalog.pg_backend_pid(), %d -- pgkeel's probe";

	/**
	 * One statement, which meets one process in every mode.
	 */
	private static final String DEALLOCATE = """
			do $$ declare prepared text; begin
			  for prepared in select name from pg_catalog.pg_prepared_statements
			    where statement like '%-- pgkeel''s probe' and name ~ '^S_' loop
			    execute pg_catalog.format('deallocate %I', prepared);
			  end loop;
			end $$""";

	private static final Executor SAME_THREAD = Runnable::run;

	private final ConnectionSource source;

	/**
	 * Creates a probe.
	 * @param source opens connections as the pool would
	 */
	public PoolerProbe(ConnectionSource source) {
		this.source = source;
	}

	/**
	 * Probes.
	 * @param connection an open connection, in autocommit mode
	 * @param backendPid the process that the server named for it
	 * @return the result
	 */
	public Result probe(Connection connection, int backendPid) {
		try {
			if (connection.unwrap(PGConnection.class).getBackendPID() == backendPid) {
				return new Result(Pooler.DIRECT, true, "the server's process is the one that the driver was told");
			}
			try (Connection other = this.source.open()) {
				return probe(connection, other);
			}
		}
		catch (SQLException ex) {
			return new Result(Pooler.UNKNOWN, false, "the pooler could not be probed: " + ex.getMessage());
		}
	}

	private Result probe(Connection one, Connection other) throws SQLException {
		one.setNetworkTimeout(SAME_THREAD, TIMEOUT_MILLIS);
		other.setNetworkTimeout(SAME_THREAD, TIMEOUT_MILLIS);
		int pid = backendPid(one);
		for (int round = 0; round < ROUNDS; round++) {
			// At once, since two sessions that take turns would seem to be kept
			int again = backendPid(one);
			if (again != pid || backendPid(other) == pid) {
				return transactionMode(one, other);
			}
		}
		return new Result(Pooler.SESSION, true, "each connection keeps a process of its own");
	}

	private static Result transactionMode(Connection one, Connection other) throws SQLException {
		return namedStatementsWork(one, other)
				? new Result(Pooler.TRANSACTION, true, "connections share processes, and named statements work")
				: new Result(Pooler.TRANSACTION, false, "connections share processes");
	}

	/**
	 * Named statements work if two connections can use the same name on the same process
	 * for a statement of their own, as PgBouncer from 1.21 on can arrange. The driver
	 * gives each connection's first statement the same name.
	 */
	private static boolean namedStatementsWork(Connection one, Connection other) throws SQLException {
		try {
			for (int round = 0; round < ROUNDS; round++) {
				if (namedBackendPid(one, 1) == namedBackendPid(other, 2) && namedBackendPid(one, 1) > 0) {
					return true;
				}
			}
			return false;
		}
		catch (SQLException ex) {
			// 42P05, the name exists, 26000, it does not, or it is the other's
			return false;
		}
		finally {
			deallocate(one);
			deallocate(other);
		}
	}

	/**
	 * Two processes may have been prepared by one of the connections each, and be changed
	 * over then: what runs is the other's statement.
	 */
	private static int namedBackendPid(Connection connection, int number) throws SQLException {
		try (PreparedStatement statement = connection.prepareStatement(NAMED.formatted(number))) {
			statement.unwrap(PGStatement.class).setPrepareThreshold(1);
			try (ResultSet row = statement.executeQuery()) {
				row.next();
				if (row.getInt(2) != number) {
					throw new SQLException("The name leads to another connection's statement");
				}
				return row.getInt(1);
			}
		}
	}

	/**
	 * What the probe prepared is in the way of others who use the same process later. No
	 * other statement is touched, nor one to which a pooler gave a name of its own: it
	 * believes that the process still has them.
	 */
	private static void deallocate(Connection connection) {
		try (Statement statement = connection.createStatement()) {
			statement.setEscapeProcessing(false);
			statement.execute(DEALLOCATE);
		}
		catch (SQLException ex) {
			logger.debug("What the pooler was probed with may be left in a session", ex);
		}
	}

	private static int backendPid(Connection connection) throws SQLException {
		try (Statement statement = connection.createStatement();
				ResultSet row = statement.executeQuery("select pg_catalog.pg_backend_pid()")) {
			row.next();
			return row.getInt(1);
		}
	}

	/**
	 * Opens connections.
	 */
	public interface ConnectionSource {

		/**
		 * Opens a connection.
		 * @return the connection
		 * @throws SQLException if it cannot be opened
		 */
		Connection open() throws SQLException;

	}

	/**
	 * What the probe found.
	 *
	 * @param pooler what stands in between
	 * @param namedStatementsWork whether the driver may prepare statements on the server
	 * @param reason why
	 */
	public record Result(Pooler pooler, boolean namedStatementsWork, String reason) {

	}

}
