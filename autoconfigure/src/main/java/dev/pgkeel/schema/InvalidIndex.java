package dev.pgkeel.schema;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * The rest of a {@code CREATE INDEX CONCURRENTLY} that did not come to its end: an index
 * that is kept up to date and used by no query, and that makes {@code IF NOT EXISTS} skip
 * the next attempt.
 */
final class InvalidIndex {

	private static final Log logger = LogFactory.getLog(InvalidIndex.class);

	private static final Pattern CREATE = Pattern.compile(
			"create\\s+(?:unique\\s+)?index\\s+concurrently\\s*(?:if\\s+not\\s+exists\\s*)?(" + ScriptNames.NAME
					+ ")\\s+on\\s+(?:only\\s+)?(" + ScriptNames.NAME + "(?:\\s*\\.\\s*" + ScriptNames.NAME + ")?).*",
			Pattern.CASE_INSENSITIVE | Pattern.DOTALL);

	/**
	 * Of other roles' builds an ordinary role sees only that there is one in this
	 * database. A name is cut where the server cuts it.
	 */
	private static final String FIND = """
			select i.indexrelid::regclass::text as name, exists (select from pg_catalog.pg_stat_progress_create_index p
			    where p.datname = pg_catalog.current_database() and p.pid <> pg_catalog.pg_backend_pid()
			      and coalesce(p.index_relid, i.indexrelid) in (i.indexrelid, 0)
			      and coalesce(p.relid, i.indrelid) = i.indrelid) as building
			from pg_catalog.pg_index i join pg_catalog.pg_class c on c.oid = i.indexrelid
			where not i.indisvalid and i.indrelid = pg_catalog.to_regclass(?)
			  and c.relname = (pg_catalog.parse_ident(?)::pg_catalog.name[])[1]
			""";

	private static final int PAUSE_MILLIS = 500;

	private InvalidIndex() {
	}

	/**
	 * Drops an invalid index of the name that a statement gives, once nobody builds it.
	 * @param sql the statement, of any kind
	 * @param connection a connection in autocommit mode
	 * @param script the script
	 * @throws SQLException if the server refuses
	 */
	static void dropBefore(SqlStatement sql, Connection connection, SchemaScript script) throws SQLException {
		Matcher matcher = CREATE.matcher(sql.code());
		if (!matcher.matches()) {
			return;
		}
		Found found = find(connection, matcher.group(2), matcher.group(1));
		boolean announced = false;
		boolean left = false;
		// A build ends its progress shortly before others see that the index is valid
		while (found != null && (found.building() || !left)) {
			left = !found.building();
			if (!left && !announced) {
				logger.info(script.name() + ":" + sql.position() + ": index " + found.name()
						+ " is being built by another session: waiting for it");
				announced = true;
			}
			SchemaLock.sleep(PAUSE_MILLIS);
			found = find(connection, matcher.group(2), matcher.group(1));
		}
		if (found != null) {
			logger.warn(script.name() + ":" + sql.position() + ": index " + found.name()
					+ " is invalid, left behind by a build that failed: dropped, to be built again");
			try (Statement statement = connection.createStatement()) {
				statement.execute("drop index concurrently if exists " + found.name());
			}
		}
	}

	private static @Nullable Found find(Connection connection, String table, String index) throws SQLException {
		try (PreparedStatement statement = connection.prepareStatement(FIND)) {
			statement.setString(1, table);
			statement.setString(2, index);
			try (ResultSet row = statement.executeQuery()) {
				return row.next() ? new Found(row.getString("name"), row.getBoolean("building")) : null;
			}
		}
	}

	/**
	 * An invalid index.
	 *
	 * @param name its name, with its schema where needed
	 * @param building whether somebody is building it
	 */
	private record Found(String name, boolean building) {

	}

}
