package dev.pgkeel.server;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

import org.jspecify.annotations.Nullable;

/**
 * What the server says about itself and about this session, learned in one round trip.
 *
 * @param version the version, such as {@code 18.1}
 * @param versionNumber the version as a number, such as 180001
 * @param standby whether the server is in recovery, and so accepts no writes
 * @param limits how many sessions there may be
 * @param database the database connected to
 * @param user the role connected as
 * @param seesAllSessions whether the role may see what other roles' sessions do
 * @param tls the session's encryption, {@code null} for plaintext. Behind a pooler this
 * is the session between the pooler and the server
 * @param backendPid the process that serves this session
 * @since 0.1.0
 */
public record ServerFacts(String version, int versionNumber, boolean standby, SessionLimits limits, String database,
		String user, boolean seesAllSessions, @Nullable SessionEncryption tls, int backendPid) {

	/**
	 * The oldest version that pgkeel's features are tested with.
	 */
	private static final int OLDEST_VERSION = 140000;

	/**
	 * Limits count the role that was authenticated, whatever role is set since, and do
	 * not bind a superuser.
	 */
	private static final String QUERY = """
			select pg_catalog.current_setting('server_version') as version,
			  pg_catalog.current_setting('server_version_num')::int as number,
			  pg_catalog.pg_is_in_recovery() as standby,
			  pg_catalog.current_setting('max_connections')::int as max_connections,
			  %s as reserved,
			  case when r.rolsuper then -1 else r.rolconnlimit end as role_limit,
			  case when r.rolsuper then -1 else d.datconnlimit end as database_limit,
			  pg_catalog.current_database() as database, current_user as role,
			  pg_catalog.pg_has_role(session_user, 'pg_read_all_stats', 'usage') as sees_all,
			  s.ssl, s.version as protocol, s.cipher, pg_catalog.pg_backend_pid() as pid
			from pg_catalog.pg_roles r cross join pg_catalog.pg_database d
			  left join pg_catalog.pg_stat_ssl s on s.pid = pg_catalog.pg_backend_pid()
			where r.rolname = session_user and d.datname = pg_catalog.current_database()"""
		.formatted(SessionLimits.RESERVED);

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
			SessionLimits limits = new SessionLimits(row.getInt("max_connections"), row.getInt("reserved"),
					limit(row.getInt("role_limit")), limit(row.getInt("database_limit")));
			SessionEncryption tls = row.getBoolean("ssl")
					? new SessionEncryption(row.getString("protocol"), row.getString("cipher")) : null;
			return new ServerFacts(row.getString("version"), row.getInt("number"), row.getBoolean("standby"), limits,
					row.getString("database"), row.getString("role"), row.getBoolean("sees_all"), tls,
					row.getInt("pid"));
		}
	}

	/**
	 * The catalog has -1 for "no limit".
	 */
	private static @Nullable Integer limit(int value) {
		return (value >= 0) ? value : null;
	}

	/**
	 * Returns whether pgkeel supports the server's version.
	 * @return whether it is PostgreSQL 14 or later
	 */
	public boolean isSupported() {
		return this.versionNumber >= OLDEST_VERSION;
	}

	/**
	 * Returns the server's role in its cluster.
	 * @return {@code standby} or {@code primary}
	 */
	public String role() {
		return this.standby ? "standby" : "primary";
	}

}
