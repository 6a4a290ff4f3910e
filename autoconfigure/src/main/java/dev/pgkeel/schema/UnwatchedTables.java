package dev.pgkeel.schema;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * Tables of the users' that the snapshot of the catalog leaves out, since they lie in a
 * schema that belongs to an extension, as the chunks of a TimescaleDB hypertable do. The
 * extension empties and drops some of them for reasons of its own, so that what a run
 * does there is not refused, but said.
 *
 * @param tables the tables, by their oids
 */
record UnwatchedTables(Map<Long, Table> tables) {

	private static final Log logger = LogFactory.getLog(UnwatchedTables.class);

	private static final String QUERY = """
			select c.oid, n.nspname, c.relname, c.relfilenode, pg_catalog.pg_stat_get_xact_tuples_deleted(c.oid)
			  from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
			  where c.relkind = 'r'
			    and n.oid in (select d.objid from pg_catalog.pg_depend d
			      where d.classid = 'pg_catalog.pg_namespace'::regclass and d.deptype = 'e')
			    and c.oid not in (select d.objid from pg_catalog.pg_depend d
			      where d.classid = 'pg_catalog.pg_class'::regclass and d.deptype = 'e')
			""";

	static final UnwatchedTables NONE = new UnwatchedTables(Map.of());

	static UnwatchedTables of(Connection connection) throws SQLException {
		Map<Long, Table> tables = new HashMap<>();
		try (Statement statement = connection.createStatement(); ResultSet rows = statement.executeQuery(QUERY)) {
			while (rows.next()) {
				tables.put(rows.getLong(1),
						new Table(SqlNames.quoted(rows.getString(2)) + "." + SqlNames.quoted(rows.getString(3)),
								rows.getLong(4), rows.getLong(5)));
			}
		}
		return new UnwatchedTables(tables);
	}

	/**
	 * Says which of the tables the run has taken rows from.
	 * @param connection the connection, after the run
	 */
	void announceLosses(Connection connection) throws SQLException {
		if (this.tables.isEmpty()) {
			return;
		}
		Map<Long, Table> now = of(connection).tables;
		Set<Long> locked = CatalogLosses.ownLocks(connection);
		List<String> lost = this.tables.entrySet()
			.stream()
			.filter((table) -> table.getValue().hasLost(now.get(table.getKey()), locked.contains(table.getKey())))
			.map((table) -> table.getValue().name())
			.sorted()
			.toList();
		if (!lost.isEmpty()) {
			logger.warn("Schema scripts have deleted rows from tables in a schema of an extension's, or have truncated,"
					+ " rewritten or dropped them, and pgkeel does not see whether rows of before are lost there: "
					+ ScriptNeed.shown(lost));
		}
	}

	/**
	 * A table.
	 *
	 * @param name its name
	 * @param storage the file of its rows
	 * @param deleted how many rows the transaction has deleted
	 */
	record Table(String name, long storage, long deleted) {

		/**
		 * What others have done to it, who is not locked out, is theirs.
		 */
		boolean hasLost(@Nullable Table now, boolean locked) {
			return (now == null || now.storage != this.storage) ? locked : now.deleted > this.deleted;
		}

	}

}
