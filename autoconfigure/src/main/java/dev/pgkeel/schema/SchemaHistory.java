package dev.pgkeel.schema;

import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * What was applied when, and what it left behind. One row per script and run; the last
 * one of a script says whether it is up to date.
 */
final class SchemaHistory {

	private static final Log logger = LogFactory.getLog(SchemaHistory.class);

	private static final int ROWS_KEPT = 20;

	private static final String UNDEFINED_TABLE = "42P01";

	private static final String INSUFFICIENT_PRIVILEGE = "42501";

	private static final String READ = """
			select distinct on (h.script) h.id, h.script, h.checksum, h.statements, h.outcome, h.outside_done,
			  h.server_version, h.fingerprint, h.parts
			from %s h where h.application = ?%s order by h.script, h.id desc""";

	private static final String UNTOUCHED = "select l.id, l.stamp = %s from %s l where l.id = any(?)";

	private static final String OVERTAKEN = """
			select l.instance || ' applied that at '
			  || pg_catalog.to_char(l.applied_at at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS') || ' UTC'
			from %1$s l where l.id = ? and exists (select from %1$s f where f.application = l.application
			  and f.script = l.script and f.checksum = ?)""";

	private static final String INSERT = """
			insert into %s (application, script, checksum, statements, instance, duration_ms, outcome, server_version,
			  fingerprint, roots, definitions, parts, oids, stamp)
			select ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, l.oids, %s from (select ?::bigint[]::oid[] as oids) l""";

	private static final String UPDATE = """
			update %s h set server_version = ?, fingerprint = ?, roots = ?, definitions = ?, parts = ?, outcome = ?,
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
		Map<String, HistoryEntry> entries = Map.of();
		try {
			entries = read(connection, this.table.name(), this.table.condition());
		}
		catch (SQLException ex) {
			boolean refused = INSUFFICIENT_PRIVILEGE.equals(ex.getSQLState());
			if (refused && this.table.find(connection).tableExists()) {
				throw this.table.unreadable(connection, ex);
			}
			if (!refused && !UNDEFINED_TABLE.equals(ex.getSQLState())) {
				throw ex;
			}
		}
		if (entries.isEmpty()) {
			HistoryAccess access = this.table.find(connection);
			access.demandVisible();
			announce(access);
		}
		return entries;
	}

	/**
	 * Another search path, as after the script has made the schema that "$user" means,
	 * leads to a history of its own.
	 */
	private static void announce(HistoryAccess access) {
		if (!access.tableExists() && !access.elsewhere().isEmpty()) {
			logger.info("There is no table " + HistoryTable.NAME + " in the schema " + SqlNames.quoted(access.schema())
					+ " yet, but there is in "
					+ ScriptNeed.shown(access.elsewhere().stream().map(SqlNames::quoted).toList())
					+ ": if that is the history of these scripts, set pgkeel.schema.history-schema to it");
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
		return read(connection, name, "");
	}

	private Map<String, HistoryEntry> read(Connection connection, String name, String condition) throws SQLException {
		Map<String, HistoryEntry> entries = new HashMap<>();
		Map<String, List<Long>> byParts = new TreeMap<>();
		try (PreparedStatement statement = connection.prepareStatement(READ.formatted(name, condition))) {
			statement.setString(1, this.application);
			try (ResultSet row = statement.executeQuery()) {
				while (row.next()) {
					entries.put(row.getString("script"),
							new HistoryEntry(row.getLong("id"), row.getString("checksum"), row.getInt("statements"),
									row.getString("outcome"), row.getInt("outside_done"), row.getInt("server_version"),
									row.getString("fingerprint"), false));
					byParts.computeIfAbsent(row.getString("parts"), (parts) -> new ArrayList<>())
						.add(row.getLong("id"));
				}
			}
		}
		Set<Long> untouched = byParts.isEmpty() ? Set.of() : untouched(connection, name, byParts);
		entries.replaceAll((script, entry) -> untouched.contains(entry.id()) ? entry.asUntouched() : entry);
		return entries;
	}

	private static Set<Long> untouched(Connection connection, String name, Map<String, List<Long>> byParts)
			throws SQLException {
		String sql = byParts.keySet()
			.stream()
			.map((parts) -> UNTOUCHED.formatted(CatalogStamp.expression(parts), name))
			.collect(Collectors.joining(" union all "));
		Set<Long> untouched = new HashSet<>();
		try (PreparedStatement statement = connection.prepareStatement(sql)) {
			int parameter = 0;
			for (List<Long> ids : byParts.values()) {
				statement.setArray(++parameter, connection.createArrayOf("int8", ids.toArray()));
			}
			try (ResultSet row = statement.executeQuery()) {
				while (row.next()) {
					if (row.getBoolean(2)) {
						untouched.add(row.getLong(1));
					}
				}
			}
		}
		return untouched;
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
	 * Looks for an older entry with the text that a script has again.
	 * @param connection an open connection
	 * @param name the table's name
	 * @param script the script
	 * @param entry its last entry, of another text
	 * @return who applied the other text, and when, {@code null} if this text is new
	 * @throws SQLException if the server cannot be asked
	 */
	@Nullable String overtaken(Connection connection, String name, SchemaScript script, HistoryEntry entry) throws SQLException {
		try (PreparedStatement statement = connection.prepareStatement(OVERTAKEN.formatted(name))) {
			statement.setLong(1, entry.id());
			statement.setString(2, script.checksum());
			try (ResultSet row = statement.executeQuery()) {
				return row.next() ? row.getString(1) : null;
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
		String parts = CatalogStamp.parts(state.definitions());
		try (PreparedStatement statement = connection
			.prepareStatement(INSERT.formatted(name, CatalogStamp.expression(parts)))) {
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
			statement.setString(12, parts);
			statement.setArray(13, connection.createArrayOf("int8", state.oids().toArray()));
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
		String parts = CatalogStamp.parts(state.definitions());
		try (PreparedStatement statement = connection
			.prepareStatement(UPDATE.formatted(name, CatalogStamp.expression(parts)))) {
			statement.setInt(1, connection.getMetaData().getDatabaseMajorVersion());
			statement.setString(2, state.fingerprint());
			statement.setArray(3, connection.createArrayOf("text", state.roots().toArray()));
			statement.setArray(4, connection.createArrayOf("text", state.definitions().toArray()));
			statement.setString(5, parts);
			statement.setString(6, outcome);
			statement.setArray(7, connection.createArrayOf("int8", state.oids().toArray()));
			statement.setLong(8, id);
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
