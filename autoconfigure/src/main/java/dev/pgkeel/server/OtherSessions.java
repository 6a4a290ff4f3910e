package dev.pgkeel.server;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;

/**
 * The sessions that other applications have on the server. An ordinary role counts some
 * processes that serve no client among them. Who names its sessions itself is known by
 * that name, with role and database.
 *
 * @since 0.1.0
 */
public final class OtherSessions {

	private static final String QUERY = """
			select pg_catalog.count(*) from pg_catalog.pg_stat_activity
			where coalesce(backend_type, case when datid is not null and usesysid is not null
			    then 'client backend' end) = 'client backend'
			  and pid <> pg_catalog.pg_backend_pid()
			  and pg_catalog.regexp_replace(application_name, '/[0-9a-z]{6}$', '') not in (?, ?)
			  and (application_name, usename, datname)
			    <> (pg_catalog.current_setting('application_name'), session_user,
			      pg_catalog.current_database())""";

	private OtherSessions() {
	}

	/**
	 * Counts them.
	 * @param connection a connection to the server
	 * @param instance this instance of the application, whose fleet does not count
	 * @return the number
	 * @throws SQLException if the server does not answer
	 */
	public static int count(Connection connection, ApplicationInstance instance) throws SQLException {
		try (PreparedStatement statement = connection.prepareStatement(QUERY)) {
			statement.setString(1, instance.application());
			statement.setString(2, instance.named(Sentinel.PURPOSE).application());
			try (ResultSet row = statement.executeQuery()) {
				row.next();
				return row.getInt(1);
			}
		}
	}

}
