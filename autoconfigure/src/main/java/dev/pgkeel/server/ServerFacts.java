package dev.pgkeel.server;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/**
 * What the server says about itself, learned in one round trip.
 *
 * @param version the version, such as {@code 18.1}
 * @param versionNumber the version as a number, such as 180001
 * @param standby whether the server is in recovery, and so accepts no writes
 * @param maxConnections the server's {@code max_connections}
 * @param database the database connected to
 * @param user the role connected as
 * @since 0.1.0
 */
public record ServerFacts(String version, int versionNumber, boolean standby, int maxConnections, String database,
		String user) {

	private static final String QUERY = """
			select current_setting('server_version'), current_setting('server_version_num')::int,
			  pg_is_in_recovery(), current_setting('max_connections')::int, current_database(), current_user""";

	/**
	 * Asks the server. Leaves the connection as it was, but for the transaction that a
	 * query begins when autocommit is off.
	 * @param connection a connection to PostgreSQL
	 * @return the facts
	 * @throws SQLException if the server cannot be asked
	 */
	public static ServerFacts read(Connection connection) throws SQLException {
		try (Statement statement = connection.createStatement(); ResultSet row = statement.executeQuery(QUERY)) {
			row.next();
			return new ServerFacts(row.getString(1), row.getInt(2), row.getBoolean(3), row.getInt(4), row.getString(5),
					row.getString(6));
		}
	}

}
