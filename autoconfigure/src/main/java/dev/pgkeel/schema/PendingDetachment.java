package dev.pgkeel.schema;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

/**
 * The rest of a {@code DETACH PARTITION ... CONCURRENTLY} that did not come to its end: a
 * partition that no query of its table sees any more. The server refuses to begin again,
 * and asks for the end.
 */
final class PendingDetachment {

	private static final Log logger = LogFactory.getLog(PendingDetachment.class);

	private static final String QUALIFIED = "(" + ScriptNames.NAME + "(?:\\s*\\.\\s*" + ScriptNames.NAME + ")?)";

	private static final String THEN = "(?:\\s+|(?=\"))";

	private static final Pattern DETACH = Pattern.compile(
			"alter\\s+table" + THEN + "(?:if\\s+exists" + THEN + ")?(?:only" + THEN + ")?" + QUALIFIED
					+ "\\s*detach\\s+partition" + THEN + QUALIFIED + "\\s*(concurrently)\\s*",
			Pattern.CASE_INSENSITIVE);

	private static final String PENDING = """
			select exists (select from pg_catalog.pg_inherits i where i.inhdetachpending
			  and i.inhparent = pg_catalog.to_regclass(?) and i.inhrelid = pg_catalog.to_regclass(?))""";

	private PendingDetachment() {
	}

	/**
	 * Returns a statement as it has to be now.
	 * @param sql the statement, of any kind
	 * @param connection a connection in autocommit mode
	 * @param script the script
	 * @return its text, or one that finishes what it has begun
	 * @throws SQLException if the server refuses
	 */
	static String finishing(SqlStatement sql, Connection connection, SchemaScript script) throws SQLException {
		Matcher detach = DETACH.matcher(sql.code());
		if (!detach.matches() || !isPending(connection, detach.group(1), detach.group(2))) {
			return sql.text();
		}
		logger.warn(script.name() + ":" + sql.position() + ": the detachment of " + detach.group(2)
				+ " was interrupted: finished with DETACH PARTITION ... FINALIZE");
		return sql.code().substring(0, detach.start(3)) + " finalize";
	}

	private static boolean isPending(Connection connection, String table, String partition) throws SQLException {
		try (PreparedStatement statement = connection.prepareStatement(PENDING)) {
			statement.setString(1, table);
			statement.setString(2, partition);
			try (ResultSet row = statement.executeQuery()) {
				row.next();
				return row.getBoolean(1);
			}
		}
	}

}
