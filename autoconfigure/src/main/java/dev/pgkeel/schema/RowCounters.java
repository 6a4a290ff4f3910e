package dev.pgkeel.schema;

import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;

/**
 * What the server has counted in a table during the transaction. Counts of what was
 * rolled back to a savepoint stay, rows that move between partitions are counted as
 * deleted and inserted, and cascades are counted (PostgreSQL 14 to 18).
 *
 * @param inserted rows inserted
 * @param updated rows updated
 * @param deleted rows deleted
 * @param storage the file of the rows, which a truncation and a rewrite change
 */
record RowCounters(long inserted, long updated, long deleted, long storage) {

	static final RowCounters NONE = new RowCounters(0, 0, 0, 0);

	private static final String QUERY = """
			select c.oid, pg_catalog.pg_stat_get_xact_tuples_inserted(c.oid),
			    pg_catalog.pg_stat_get_xact_tuples_updated(c.oid), pg_catalog.pg_stat_get_xact_tuples_deleted(c.oid),
			    c.relfilenode
			  from pg_catalog.pg_class c
			""";

	/**
	 * Returns the tables in which something was deleted.
	 */
	static Map<Long, RowCounters> withDeletions(Connection connection) throws SQLException {
		try (PreparedStatement statement = connection.prepareStatement(
				QUERY + " where c.relkind = 'r' and pg_catalog.pg_stat_get_xact_tuples_deleted(c.oid) > 0")) {
			return read(statement);
		}
	}

	/**
	 * Returns all tables, the server's own among them.
	 */
	static Map<Long, RowCounters> ofAll(Connection connection) throws SQLException {
		try (PreparedStatement statement = connection.prepareStatement(QUERY + " where c.relkind = 'r'")) {
			return read(statement);
		}
	}

	static Map<Long, RowCounters> of(Connection connection, Collection<Long> tables) throws SQLException {
		Array oids = connection.createArrayOf("int8", tables.toArray());
		try (PreparedStatement statement = connection
			.prepareStatement(QUERY + " where c.oid = any ((?::int8[])::oid[])")) {
			statement.setArray(1, oids);
			return read(statement);
		}
		finally {
			oids.free();
		}
	}

	private static Map<Long, RowCounters> read(PreparedStatement statement) throws SQLException {
		Map<Long, RowCounters> counters = new HashMap<>();
		try (ResultSet rows = statement.executeQuery()) {
			while (rows.next()) {
				counters.put(rows.getLong(1),
						new RowCounters(rows.getLong(2), rows.getLong(3), rows.getLong(4), rows.getLong(5)));
			}
		}
		return counters;
	}

	RowCounters plus(RowCounters other) {
		return new RowCounters(this.inserted + other.inserted, this.updated + other.updated,
				this.deleted + other.deleted, this.storage * 31 + other.storage);
	}

	boolean isSignAfter(RowCounters before) {
		return this.deleted > before.deleted || this.storage != before.storage;
	}

}
