package dev.pgkeel.schema;

import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What was applied when, and what it left behind. One row per script and run; the last
 * one of a script says whether it is up to date.
 */
final class SchemaHistory {

	private static final int ROWS_KEPT = 20;

	private static final String UNDEFINED_TABLE = "42P01";

	private static final String INSUFFICIENT_PRIVILEGE = "42501";

	/**
	 * A number that changes when a row of the catalog that belongs to one of the objects
	 * is written: {@code xmin} names the transaction that wrote it. Looking at it waits
	 * for no lock and reads no definition.
	 */
	private static final String STAMP = """
			(select coalesce(sum(pg_catalog.hashint8extended((r.oid::bigint << 32) # r.x::text::bigint, r.catalog)), 0)::text from (
			  select oid, xmin as x, 1 as catalog from pg_catalog.pg_class where oid = any(l.oids)
			  union all select attrelid, xmin, 1 + attnum::bigint * 100 from pg_catalog.pg_attribute where attrelid = any(l.oids) and attnum > 0
			  union all select oid, xmin, 3 from pg_catalog.pg_attrdef where adrelid = any(l.oids)
			  union all select oid, xmin, 4 from pg_catalog.pg_constraint where conrelid = any(l.oids)
			  union all select oid, xmin, 5 from pg_catalog.pg_constraint where contypid <> 0 and contypid = any(l.oids)
			  union all select indexrelid, xmin, 6 + indisvalid::int * 100 from pg_catalog.pg_index where indrelid = any(l.oids)
			  union all select oid, xmin, 7 from pg_catalog.pg_trigger where tgrelid = any(l.oids) and not tgisinternal
			  union all select oid, xmin, 8 from pg_catalog.pg_policy where polrelid = any(l.oids)
			  union all select oid, xmin, 9 from pg_catalog.pg_rewrite where ev_class = any(l.oids)
			  union all select seqrelid, xmin, 10 from pg_catalog.pg_sequence where seqrelid = any(l.oids)
			  union all select oid, xmin, 11 from pg_catalog.pg_proc where oid = any(l.oids)
			  union all select oid, xmin, 12 from pg_catalog.pg_type where oid = any(l.oids)
			  union all select oid, xmin, 13 from pg_catalog.pg_enum where enumtypid = any(l.oids)
			  union all select oid, xmin, 14 from pg_catalog.pg_extension where oid = any(l.oids)
			  union all select oid, xmin, 15 from pg_catalog.pg_namespace where oid = any(l.oids)) r)""";

	private static final String READ = """
			select l.id, l.script, l.checksum, l.statements, l.outcome, l.outside_done, l.server_version, l.fingerprint,
			  l.stamp = %s as untouched
			from (select distinct on (h.script) h.* from %s h where h.application = ? order by h.script, h.id desc) l""";

	private static final String INSERT = """
			insert into %s (application, script, checksum, statements, instance, duration_ms, outcome, server_version,
			  fingerprint, roots, definitions, oids, stamp)
			select ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, l.oids, %s from (select ?::bigint[]::oid[] as oids) l""";

	private static final String UPDATE = """
			update %s h set server_version = ?, fingerprint = ?, roots = ?, definitions = ?, outcome = ?,
			  oids = l.oids, stamp = %s
			from (select ?::bigint[]::oid[] as oids) l where h.id = ?""";

	private static final String FORGET = """
			with old as (select id, row_number() over (partition by script order by id desc) as age
			    from %1$s where application = ?),
			  deleted as (delete from %1$s h using old where h.id = old.id and old.age > %2$d)
			update %1$s h set definitions = '{}', oids = '{}' from old
			where h.id = old.id and old.age between 2 and %2$d and h.definitions <> '{}'""";

	private final HistoryTable table;

	private final String application;

	private final String instance;

	SchemaHistory(HistoryTable table, String application, String instance) {
		this.table = table;
		this.application = application;
		this.instance = instance;
	}

	HistoryTable table() {
		return this.table;
	}

	/**
	 * Reads the history, which may not exist yet, without a transaction.
	 * @param connection a connection in autocommit mode
	 * @return the last entry of each script, by the script's name
	 * @throws SQLException if the server cannot be asked
	 * @throws SchemaScriptException if the role may not read it
	 */
	Map<String, HistoryEntry> peek(Connection connection) throws SQLException {
		try {
			return read(connection, this.table.name());
		}
		catch (SQLException ex) {
			if (UNDEFINED_TABLE.equals(ex.getSQLState())) {
				return Map.of();
			}
			if (INSUFFICIENT_PRIVILEGE.equals(ex.getSQLState())) {
				throw this.table.unreadable(connection, ex);
			}
			throw ex;
		}
	}

	/**
	 * Reads the history.
	 * @param connection an open connection
	 * @param name the table's name
	 * @return the last entry of each script, by the script's name
	 * @throws SQLException if the server cannot be asked
	 */
	Map<String, HistoryEntry> read(Connection connection, String name) throws SQLException {
		Map<String, HistoryEntry> entries = new HashMap<>();
		try (PreparedStatement statement = connection.prepareStatement(READ.formatted(STAMP, name))) {
			statement.setString(1, this.application);
			try (ResultSet row = statement.executeQuery()) {
				while (row.next()) {
					entries.put(row.getString("script"),
							new HistoryEntry(row.getLong("id"), row.getString("checksum"), row.getInt("statements"),
									row.getString("outcome"), row.getInt("outside_done"), row.getInt("server_version"),
									row.getString("fingerprint"), row.getBoolean("untouched")));
				}
			}
		}
		return entries;
	}

	/**
	 * Reads what a script left behind.
	 * @param connection an open connection
	 * @param name the table's name
	 * @param entry the script's last entry
	 * @return its objects
	 * @throws SQLException if the server cannot be asked
	 */
	ScriptState state(Connection connection, String name, HistoryEntry entry) throws SQLException {
		try (PreparedStatement statement = connection
			.prepareStatement("select definitions, roots from " + name + " where id = ?")) {
			statement.setLong(1, entry.id());
			try (ResultSet row = statement.executeQuery()) {
				return row.next() ? new ScriptState(strings(row.getArray(1)), strings(row.getArray(2)), List.of())
						: new ScriptState(List.of(), List.of(), List.of());
			}
		}
	}

	/**
	 * Records that a script was applied.
	 * @param connection a connection with an open transaction that holds the lock
	 * @param name the table's name
	 * @param script the script
	 * @param duration how long its statements took
	 * @param state what it left behind
	 * @throws SQLException if the server refuses
	 */
	void record(Connection connection, String name, ScriptOutline script, Duration duration, ScriptState state)
			throws SQLException {
		try (PreparedStatement statement = connection.prepareStatement(INSERT.formatted(name, STAMP))) {
			statement.setString(1, this.application);
			statement.setString(2, script.name());
			statement.setString(3, script.script().checksum());
			statement.setInt(4, script.statements());
			statement.setString(5, this.instance);
			statement.setLong(6, duration.toMillis());
			statement.setString(7, script.outside().isEmpty() ? HistoryEntry.APPLIED : HistoryEntry.PENDING);
			statement.setInt(8, connection.getMetaData().getDatabaseMajorVersion());
			statement.setString(9, state.fingerprint());
			statement.setArray(10, connection.createArrayOf("text", state.roots().toArray()));
			statement.setArray(11, connection.createArrayOf("text", state.definitions().toArray()));
			statement.setArray(12, connection.createArrayOf("int8", state.oids().toArray()));
			statement.executeUpdate();
		}
	}

	/**
	 * Remembers how a script's objects are now, without a run of it.
	 * @param connection a connection with an open transaction that holds the lock
	 * @param name the table's name
	 * @param id the row
	 * @param outcome the outcome
	 * @param state how the objects are
	 * @throws SQLException if the server refuses
	 */
	void remember(Connection connection, String name, long id, String outcome, ScriptState state) throws SQLException {
		try (PreparedStatement statement = connection.prepareStatement(UPDATE.formatted(name, STAMP))) {
			statement.setInt(1, connection.getMetaData().getDatabaseMajorVersion());
			statement.setString(2, state.fingerprint());
			statement.setArray(3, connection.createArrayOf("text", state.roots().toArray()));
			statement.setArray(4, connection.createArrayOf("text", state.definitions().toArray()));
			statement.setString(5, outcome);
			statement.setArray(6, connection.createArrayOf("int8", state.oids().toArray()));
			statement.setLong(7, id);
			statement.executeUpdate();
		}
	}

	void outsideDone(Connection connection, String name, long id, int done) throws SQLException {
		try (PreparedStatement statement = connection
			.prepareStatement("update " + name + " set outside_done = ? where id = ?")) {
			statement.setInt(1, done);
			statement.setLong(2, id);
			statement.executeUpdate();
		}
	}

	/**
	 * Keeps the history from growing without end.
	 */
	void forgetOld(Connection connection, String name) throws SQLException {
		try (PreparedStatement statement = connection.prepareStatement(FORGET.formatted(name, ROWS_KEPT))) {
			statement.setString(1, this.application);
			statement.executeUpdate();
		}
	}

	private static List<String> strings(Array array) throws SQLException {
		return List.of((String[]) array.getArray());
	}

}
