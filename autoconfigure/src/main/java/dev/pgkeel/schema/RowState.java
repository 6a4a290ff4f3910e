package dev.pgkeel.schema;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Objects;

/**
 * The rows of one table at one moment: how many, and a sum over what is in them that does
 * not depend on their order.
 *
 * @param count how many there are
 * @param content the sum of the hashes of the rows
 */
record RowState(long count, String content) {

	/**
	 * Reads the rows of a table that no other session may write to in the meantime: the
	 * table is locked for writers, until the savepoint is rolled back.
	 * @throws SQLException if the role may not, or another session is in the way
	 */
	static RowState read(Connection connection, CatalogEntry table) throws SQLException {
		String name = Objects.requireNonNullElse(QualifiedName.of(connection, table.id().oid()),
				table.object().identity());
		try (Statement statement = connection.createStatement()) {
			statement.execute("lock table only " + name + " in share row exclusive mode");
			try (ResultSet row = statement.executeQuery("select count(*), coalesce(sum(pg_catalog.hashtextextended("
					+ "(pgkeel_row.*)::text, 0)), 0)::text, pg_catalog.row_security_active(" + table.id().oid()
					+ "::oid) from only " + name + " pgkeel_row")) {
				row.next();
				if (row.getBoolean(3)) {
					throw new SQLException("row security hides rows of " + name + " from this role", "42501");
				}
				return new RowState(row.getLong(1), row.getString(2));
			}
		}
	}

	/**
	 * Says how the rows differ from those before.
	 */
	String difference(RowState before) {
		if (this.count != before.count) {
			return before.count + ((before.count == 1) ? " row before, " : " rows before, ") + this.count + " now";
		}
		return ((this.count == 1) ? "1 row as before" : this.count + " rows as before") + ", but with other values";
	}

}
