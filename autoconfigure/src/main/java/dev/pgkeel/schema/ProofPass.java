package dev.pgkeel.schema;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Follows scripts that run again, statement by statement, and notes which statement fails
 * and which one changes what. A statement that fails is taken back, and the run goes on.
 */
final class ProofPass implements StatementListener {

	private final Connection connection;

	private final StatementSavepoint savepoint;

	private final RowStates rows;

	private final boolean counts;

	private final Set<Place> skipped;

	private CatalogSnapshot catalog;

	private long catalogWrites;

	private final Map<Place, SQLException> failures = new LinkedHashMap<>();

	private final Map<String, Place> unreadable = new LinkedHashMap<>();

	private final Map<CatalogEntry, List<Place>> rowChanges = new HashMap<>();

	private final Map<CatalogObject, Place> lastChanges = new HashMap<>();

	private final Map<CatalogEntry.Id, Place> ends = new HashMap<>();

	/**
	 * Starts.
	 * @param connection the connection of the scripts
	 * @param before the catalog
	 * @param counts whether the server counts what is written
	 * @param skipped what does not run
	 * @throws SQLException if the server cannot be asked
	 */
	ProofPass(Connection connection, CatalogSnapshot before, boolean counts, Set<Place> skipped) throws SQLException {
		this.connection = connection;
		this.savepoint = new StatementSavepoint(connection, "pgkeel_proof_statement");
		this.catalog = before;
		this.counts = counts;
		this.skipped = skipped;
		this.rows = new RowStates(connection, before);
		this.catalogWrites = this.rows.catalogWrites();
	}

	@Override
	public boolean skips(SchemaScript script, SqlStatement statement) {
		return this.skipped.contains(new Place(script, statement));
	}

	@Override
	public void before(SchemaScript script, SqlStatement statement) throws SQLException {
		this.savepoint.set(statement);
	}

	@Override
	public void after(SchemaScript script, SqlStatement statement) throws SQLException {
		Place place = new Place(script, statement);
		if (StatementRules.isSavepoint(statement)) {
			this.rows.signed();
			this.rows.refresh(this.catalog);
			lookIntoCatalog(place);
			return;
		}
		List<CatalogEntry> signed = this.rows.signed();
		List<CatalogEntry> unknown = signed.stream().filter((table) -> !this.rows.isKnown(table)).toList();
		if (!unknown.isEmpty()) {
			this.savepoint.rollBack();
			this.rows.learn(unknown);
			unknown.stream()
				.map((table) -> table.object().identity())
				.filter(this.rows.unreadable()::contains)
				.forEach((table) -> this.unreadable.put(table, place));
			this.savepoint.execute(statement.text());
			this.rows.signed();
		}
		if (!this.counts || this.rows.catalogWrites() != this.catalogWrites) {
			lookIntoCatalog(place);
		}
		for (CatalogEntry table : this.rows
			.changed(signed.stream().filter((table) -> this.catalog.exists(table.id())).toList())) {
			this.rowChanges.computeIfAbsent(table, (key) -> new ArrayList<>()).add(place);
		}
		this.savepoint.release();
	}

	@Override
	public boolean failed(SchemaScript script, SqlStatement statement, SQLException failure) throws SQLException {
		if (StatementRules.isSavepoint(statement)) {
			return false;
		}
		this.savepoint.rollBack();
		this.rows.signed();
		this.failures.put(new Place(script, statement), failure);
		return true;
	}

	private void lookIntoCatalog(Place place) throws SQLException {
		CatalogSnapshot now = CatalogSnapshot.take(this.connection);
		CatalogDiff diff = CatalogDiff.between(this.catalog, now);
		List.of(diff.created(), diff.altered(), diff.dropped())
			.forEach((objects) -> objects.forEach((object) -> this.lastChanges.put(object, place)));
		this.catalog.entries().keySet().forEach((id) -> {
			if (!now.exists(id)) {
				this.ends.putIfAbsent(id, place);
			}
		});
		this.catalog = now;
		this.catalogWrites = this.rows.catalogWrites();
	}

	CatalogSnapshot catalog() {
		return this.catalog;
	}

	RowStates rows() {
		return this.rows;
	}

	Map<Place, SQLException> failures() {
		return this.failures;
	}

	/**
	 * Returns the tables whose rows could not be read, each with the first statement that
	 * wrote to it.
	 */
	Map<String, Place> unreadable() {
		return this.unreadable;
	}

	/**
	 * Returns the statements that changed the rows of a table.
	 */
	List<Place> rowChanges(CatalogEntry table) {
		return this.rowChanges.getOrDefault(table, List.of());
	}

	/**
	 * Returns the statements that changed objects, the last one for each.
	 */
	Map<CatalogObject, Place> lastChanges() {
		return this.lastChanges;
	}

	/**
	 * Returns the statements with which objects ended.
	 */
	Map<CatalogEntry.Id, Place> ends() {
		return this.ends;
	}

	/**
	 * A statement of a script.
	 *
	 * @param script the script
	 * @param statement the statement
	 */
	record Place(SchemaScript script, SqlStatement statement) {

	}

}
