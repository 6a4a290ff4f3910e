package dev.pgkeel.schema;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;

import org.jspecify.annotations.Nullable;

/**
 * The rows of tables while scripts run again, read where the server's counters or the
 * file of the rows say that something happened to them.
 */
final class RowStates {

	/**
	 * What the role may not read, or what another session keeps locked.
	 */
	private static final Set<String> UNREADABLE = Set.of("42501", "55P03");

	private static final long FIRST_USER_OID = 16_384;

	private final Connection connection;

	private final CatalogSnapshot tables;

	private final Map<CatalogEntry, RowState> first = new LinkedHashMap<>();

	private final Map<CatalogEntry, RowState> now = new HashMap<>();

	private final Set<String> unreadable = new TreeSet<>();

	private Map<Long, RowCounters> counters;

	/**
	 * Starts with what the server has counted so far.
	 * @param connection the connection of the scripts
	 * @param tables the tables that were there before
	 * @throws SQLException if the server cannot be asked
	 */
	RowStates(Connection connection, CatalogSnapshot tables) throws SQLException {
		this.connection = connection;
		this.tables = tables;
		this.counters = RowCounters.ofAll(connection);
	}

	/**
	 * Asks the server what has happened since it was last asked.
	 * @return the tables that may have other rows now
	 * @throws SQLException if the server cannot be asked
	 */
	List<CatalogEntry> signed() throws SQLException {
		Map<Long, RowCounters> before = this.counters;
		this.counters = RowCounters.ofAll(this.connection);
		List<CatalogEntry> signed = new ArrayList<>();
		this.counters.forEach((oid, counted) -> {
			CatalogEntry table = this.tables.entries().get(new CatalogEntry.Id("table", oid, 0));
			if (table != null && !counted.equals(before.get(oid))) {
				signed.add(table);
			}
		});
		return signed;
	}

	/**
	 * Returns what the server has counted in its own tables.
	 */
	long catalogWrites() {
		return this.counters.entrySet()
			.stream()
			.filter((entry) -> entry.getKey() < FIRST_USER_OID)
			.mapToLong((entry) -> entry.getValue().inserted() + entry.getValue().updated() + entry.getValue().deleted())
			.sum();
	}

	boolean isKnown(CatalogEntry table) {
		return this.first.containsKey(table) || this.unreadable.contains(table.object().identity());
	}

	/**
	 * Reads rows before a statement that is about to change them.
	 */
	void learn(List<CatalogEntry> unknown) throws SQLException {
		for (CatalogEntry table : unknown) {
			RowState state = read(table);
			if (state != null) {
				this.first.put(table, state);
				this.now.put(table, state);
			}
		}
	}

	/**
	 * Reads rows again.
	 * @return the tables that have other rows than before
	 */
	List<CatalogEntry> changed(List<CatalogEntry> signed) throws SQLException {
		List<CatalogEntry> changed = new ArrayList<>();
		for (CatalogEntry table : signed) {
			RowState state = this.first.containsKey(table) ? read(table) : null;
			if (state != null && !state.equals(this.now.put(table, state))) {
				changed.add(table);
			}
		}
		return changed;
	}

	/**
	 * Reads all tables again that were read before, as after a return to a savepoint.
	 */
	void refresh(CatalogSnapshot snapshot) throws SQLException {
		changed(this.first.keySet().stream().filter((table) -> snapshot.exists(table.id())).toList());
	}

	/**
	 * Returns the tables whose rows are other ones than at first, with the difference.
	 */
	Map<CatalogEntry, String> differences() {
		Map<CatalogEntry, String> differences = new LinkedHashMap<>();
		this.first.forEach((table, before) -> {
			RowState state = Objects.requireNonNull(this.now.get(table));
			if (!state.equals(before)) {
				differences.put(table, state.difference(before));
			}
		});
		return differences;
	}

	/**
	 * Returns the names of tables whose rows could not be read.
	 */
	Set<String> unreadable() {
		return this.unreadable;
	}

	private @Nullable RowState read(CatalogEntry table) throws SQLException {
		try (Statement statement = this.connection.createStatement()) {
			statement.execute("savepoint pgkeel_rows");
			try {
				RowState state = RowState.read(this.connection, table);
				statement.execute("release savepoint pgkeel_rows");
				return state;
			}
			catch (SQLException ex) {
				if (!UNREADABLE.contains(String.valueOf(ex.getSQLState()))) {
					throw ex;
				}
				statement.execute("rollback to savepoint pgkeel_rows");
				this.unreadable.add(table.object().identity());
				return null;
			}
		}
	}

}
