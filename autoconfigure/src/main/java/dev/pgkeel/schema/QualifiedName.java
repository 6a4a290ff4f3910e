package dev.pgkeel.schema;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

import org.jspecify.annotations.Nullable;

/**
 * What a table is called at the moment, for statements of pgkeel's own. The server quotes
 * it, since it knows which words are reserved; and scripts rename tables and move them to
 * other schemas.
 */
final class QualifiedName {

	private static final String QUERY = """
			select pg_catalog.format('%%I.%%I', n.nspname, c.relname)
			  from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace where c.oid = %d
			""";

	private QualifiedName() {
	}

	/**
	 * Returns the name of a table.
	 * @param connection the connection of the scripts
	 * @param table its oid
	 * @return the name, or {@code null} if there is no such table
	 * @throws SQLException if the server cannot be asked
	 */
	static @Nullable String of(Connection connection, long table) throws SQLException {
		try (Statement statement = connection.createStatement();
				ResultSet row = statement.executeQuery(QUERY.formatted(table))) {
			return row.next() ? row.getString(1) : null;
		}
	}

}
