package dev.pgkeel.schema;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;

import dev.pgkeel.schema.CatalogEntry.Id;
import org.jspecify.annotations.Nullable;

/**
 * Reads the catalog in one round trip, and computes the hashes on this side, so that the
 * server only scans its tables.
 */
final class CatalogReader {

	/**
	 * The names of the catalog must not be taken over by a user's search path, and types
	 * are written with their schemas.
	 */
	private static final List<String> BEFORE = List.of(
			"select s from pg_catalog.unnest(pg_catalog.current_schemas(false)) s",
			"select pg_catalog.set_config('pgkeel.search_path', pg_catalog.current_setting('search_path'), true)",
			"select pg_catalog.set_config('search_path', 'pg_catalog', true)");

	private static final List<String> AFTER = List
		.of("select pg_catalog.set_config('search_path', pg_catalog.current_setting('pgkeel.search_path'), true)");

	/**
	 * Half a SHA-256 is plenty to tell definitions apart.
	 */
	private static final int HASH_BYTES = 16;

	private static final String VIEW_QUERY = "_RETURN";

	private final Set<String> searchPath = new HashSet<>();

	private final Set<String> members = new HashSet<>();

	private final List<CatalogRow> rows = new ArrayList<>();

	private final Map<Long, String> names = new HashMap<>();

	private final Map<Long, Map<Integer, String>> columns = new HashMap<>();

	private final Map<Long, CatalogRow> viewQueries = new HashMap<>();

	private final Map<Long, CatalogRow> indexes = new HashMap<>();

	private final Map<Long, CatalogEntry> parents = new HashMap<>();

	private final MessageDigest digest;

	CatalogReader() {
		try {
			this.digest = MessageDigest.getInstance("SHA-256");
		}
		catch (NoSuchAlgorithmException ex) {
			throw new IllegalStateException("Every Java platform has SHA-256", ex);
		}
	}

	CatalogSnapshot read(Connection connection) throws SQLException {
		List<String> objects = CatalogQueries.objects(connection.getMetaData().getDatabaseMajorVersion());
		List<String> queries = new ArrayList<>(BEFORE);
		queries.add(CatalogQueries.members());
		queries.add(CatalogQueries.names());
		queries.addAll(objects);
		queries.addAll(AFTER);
		try (Statement statement = connection.createStatement()) {
			statement.setEscapeProcessing(false);
			// What is fetched later would be written in the search path of later
			statement.setFetchSize(0);
			statement.execute(String.join(";\n", queries));
			for (int i = 0; i < queries.size(); i++, statement.getMoreResults()) {
				ResultSet results = statement.getResultSet();
				int query = i - BEFORE.size();
				if (i == 0) {
					readSearchPath(results);
				}
				else if (query == 0) {
					readMembers(results);
				}
				else if (query == 1) {
					readNames(results);
				}
				else if (query > 1 && query < objects.size() + 2) {
					readObjects(results);
				}
			}
		}
		return snapshot();
	}

	private void readObjects(ResultSet results) throws SQLException {
		ResultSetMetaData metadata = results.getMetaData();
		String[] labels = new String[metadata.getColumnCount()];
		for (int i = 0; i < labels.length; i++) {
			labels[i] = metadata.getColumnLabel(i + 1);
		}
		while (results.next()) {
			String[] values = new String[labels.length];
			for (int i = CatalogRow.FIXED_COLUMNS; i < values.length; i++) {
				values[i] = results.getString(i + 1);
			}
			add(new CatalogRow(results.getString(1), results.getLong(2), results.getInt(3), results.getLong(4),
					results.getLong(5), results.getString(6), labels, values));
		}
	}

	private void readSearchPath(ResultSet results) throws SQLException {
		while (results.next()) {
			this.searchPath.add(SqlNames.quoted(results.getString(1)));
		}
	}

	private void readMembers(ResultSet results) throws SQLException {
		while (results.next()) {
			this.members.add(results.getString(1) + results.getLong(2));
		}
	}

	private void add(CatalogRow row) {
		if (this.members.contains(row.catalog() + row.oid())) {
			return;
		}
		switch (row.kind()) {
			case "column" ->
				this.columns.computeIfAbsent(row.oid(), (oid) -> new HashMap<>()).put(row.sub(), row.name());
			case "index" -> this.indexes.put(row.oid(), row);
			default -> {
			}
		}
		if (row.name().equals(VIEW_QUERY) && row.kind().equals("rule")) {
			this.viewQueries.put(row.parent(), row);
		}
		else {
			this.rows.add(row);
		}
	}

	private void readNames(ResultSet results) throws SQLException {
		while (results.next()) {
			String schema = results.getString(2);
			this.names.put(results.getLong(1),
					((schema != null) ? SqlNames.quoted(schema) + "." : "") + SqlNames.quoted(results.getString(3)));
		}
	}

	private CatalogSnapshot snapshot() {
		Map<Id, CatalogEntry> entries = new HashMap<>(this.rows.size() * 2);
		nameRows();
		CatalogDefinition definition = new CatalogDefinition(this.names);
		Set<Id> hidden = new HashSet<>();
		Set<Long> ofConstraints = new HashSet<>();
		this.rows.stream()
			.filter((row) -> row.kind().equals("constraint"))
			.forEach((row) -> ofConstraints.add(row.owner()));
		for (CatalogRow row : this.rows) {
			CatalogEntry entry = entry(row, definition);
			if (entry != null && isHidden(row, ofConstraints)) {
				hidden.add(entry.id());
			}
			else if (entry != null) {
				entries.put(entry.id(), entry);
			}
		}
		return new CatalogSnapshot(entries, hidden, this.searchPath);
	}

	private static boolean isHidden(CatalogRow row, Set<Long> ofConstraints) {
		return switch (row.kind()) {
			case "index" -> row.isTrue("partition") || ofConstraints.contains(row.oid());
			case "constraint", "trigger" -> row.isTrue("partition");
			default -> false;
		};
	}

	/**
	 * Relations, types and routines must have their names before definitions refer to
	 * them.
	 */
	private void nameRows() {
		for (CatalogRow row : this.rows) {
			String schema = this.names.get(row.parent());
			if (row.isTopLevel() && schema != null) {
				this.names.put(row.oid(), schema + "." + row.identity());
			}
		}
	}

	private @Nullable CatalogEntry entry(CatalogRow row, CatalogDefinition definition) {
		CatalogEntry parent = this.parents.get(row.parent());
		boolean child = row.parent() != 0;
		if (child && parent == null) {
			return null;
		}
		String identity = ((parent != null) ? parent.object().identity() + "." : "") + row.identity();
		CatalogEntry entry = new CatalogEntry(new CatalogObject(row.kind(), identity),
				new Id(row.kind(), row.oid(), row.sub()), hash(row, definition), parent, row.owner(),
				(int) row.oid("serves"), row.oid("storage"), row.isTrue("relrowsecurity"),
				row.isTrue("relforcerowsecurity"), isGenerated(row), columnUse(row));
		if (row.kind().equals("schema") || row.isTopLevel()) {
			this.parents.put(row.oid(), entry);
		}
		if (row.kind().equals("type") && row.owner() != 0) {
			this.parents.put(row.owner(), entry);
		}
		return entry;
	}

	private static boolean isGenerated(CatalogRow row) {
		String kind = row.value("attgenerated");
		return kind != null && !kind.isEmpty();
	}

	private @Nullable ColumnUse columnUse(CatalogRow row) {
		return switch (row.kind()) {
			case "column" -> ColumnUse.of(row);
			case "index", "policy" -> ColumnUse.by(row);
			case "constraint" -> {
				CatalogRow index = this.indexes.get(row.owner());
				yield (index != null) ? ColumnUse.by(row).and(ColumnUse.by(index)) : ColumnUse.by(row);
			}
			default -> null;
		};
	}

	private String hash(CatalogRow row, CatalogDefinition definition) {
		StringBuilder text = new StringBuilder(row.kind()).append('\0').append(row.identity());
		if (row.isTopLevel()) {
			text.append('\0').append(this.names.get(row.parent()));
		}
		write(row, definition, text);
		CatalogRow query = this.viewQueries.get(row.oid());
		if (query != null) {
			write(query, definition, text);
		}
		CatalogRow index = row.kind().equals("constraint") ? this.indexes.get(row.owner()) : null;
		if (index != null) {
			write(index, definition, text);
		}
		byte[] hash = this.digest.digest(text.toString().getBytes(StandardCharsets.UTF_8));
		return HexFormat.of().formatHex(hash, 0, HASH_BYTES);
	}

	private void write(CatalogRow row, CatalogDefinition definition, StringBuilder text) {
		Map<Integer, String> columns = this.columns.get(row.isTopLevel() ? row.oid() : row.parent());
		String[] labels = row.labels();
		for (int i = CatalogRow.FIXED_COLUMNS; i < labels.length; i++) {
			String value = row.values()[i];
			text.append('\0');
			if (value == null || labels[i].equals("storage") || labels[i].equals("partition")) {
				continue;
			}
			String label = labels[i].substring(0, labels[i].indexOf('_') + 1);
			text.append(switch (label) {
				case "ref_" -> definition.oid(Long.parseLong(value));
				case "refs_" -> definition.oids(value);
				case "tree_" -> definition.tree(value, columns);
				case "atts_" -> definition.columns(value, columns);
				case "fatts_" -> definition.columns(value, this.columns.get(row.oid("ref_table")));
				default -> value;
			});
		}
	}

}
