package dev.pgkeel.schema;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

import dev.pgkeel.schema.ProofPass.Place;
import org.jspecify.annotations.Nullable;

/**
 * What a second run has shown, by statement.
 */
final class ProofFindings {

	/**
	 * What cannot be dropped and created again without a loss.
	 */
	private static final Set<String> KEEPERS = Set.of("table", "column", "sequence");

	private final List<ScriptOutline> scripts;

	private final CatalogSnapshot before;

	private final AllowedLosses allowed;

	private final List<Place> statements = new ArrayList<>();

	private final Map<Place, String> unprovable = new LinkedHashMap<>();

	private final Map<Place, Difference> differences = new LinkedHashMap<>();

	private List<String> sequences = List.of();

	ProofFindings(List<ScriptOutline> scripts, CatalogSnapshot before, boolean counts) {
		this.scripts = scripts;
		this.before = before;
		this.allowed = AllowedLosses.of(scripts, before);
		for (ScriptOutline script : scripts) {
			try (SqlSplitter splitter = new SqlSplitter(script.script())) {
				for (SqlStatement sql = splitter.next(); sql != null; sql = splitter.next()) {
					Place place = new Place(script.script(), sql);
					this.statements.add(place);
					String reason = Unprovable.reason(sql);
					if (reason == null && !counts && writesRows(sql)) {
						reason = "track_counts is off, so that its rows cannot be told from those before";
					}
					if (reason != null) {
						this.unprovable.put(place, reason);
					}
				}
			}
		}
	}

	private static boolean writesRows(SqlStatement sql) {
		return switch (sql.word(0)) {
			case "INSERT", "UPDATE", "DELETE", "MERGE", "WITH", "SELECT", "DO", "CALL" -> true;
			default -> false;
		};
	}

	/**
	 * Returns whether the catalog is another one, apart from what was dropped and created
	 * again without a loss.
	 */
	static boolean differs(CatalogSnapshot before, CatalogSnapshot after) {
		return !CatalogDiff.between(before, after).isEmpty() || !recreated(before, after).isEmpty();
	}

	private static List<CatalogEntry> recreated(CatalogSnapshot before, CatalogSnapshot after) {
		return before.entries()
			.values()
			.stream()
			.filter((entry) -> KEEPERS.contains(entry.object().kind()) && !after.exists(entry.id())
					&& after.entry(entry.object()) != null)
			.filter((entry) -> entry.parent() == null || after.exists(entry.parent().id()))
			.filter((entry) -> entry.owner() == 0 || after.exists(new CatalogEntry.Id("table", entry.owner(), 0)))
			.sorted(Comparator.comparing(CatalogEntry::object))
			.toList();
	}

	/**
	 * Adds statements that failed before there was anything to run again.
	 * @param failures the statements with the server's errors
	 */
	void addFailures(Map<Place, SQLException> failures) {
		add(failures, "fails on this database: ");
	}

	private void add(Map<Place, SQLException> failures, String message) {
		failures.forEach((place, failure) -> {
			String reason = Unprovable.reason(failure.getSQLState());
			if (reason != null) {
				this.unprovable.putIfAbsent(place, reason);
			}
			else {
				add(place, ProofRewrite.FAILURE, message + StatementFailure.describe(failure));
			}
		});
	}

	/**
	 * Adds what a pass has shown.
	 * @param pass the pass
	 * @param leftover what the commit would have refused
	 */
	void add(ProofPass pass, @Nullable SQLException leftover) {
		add(pass.failures(), "fails on the second run: ");
		addCatalog(pass);
		pass.rows().differences().forEach((table, difference) -> {
			if (!this.allowed.covers(table)) {
				pass.rowChanges(table)
					.forEach((place) -> add(place, ProofRewrite.ROWS,
							"changes the rows of " + Loss.shown(table.object()) + " on the second run: " + difference));
			}
		});
		pass.unreadable()
			.forEach((table, place) -> this.unprovable.putIfAbsent(place, "the rows of " + table
					+ " cannot be compared: this role may not read them, or another session holds a lock"));
		if (leftover != null && !this.statements.isEmpty()) {
			add(this.statements.get(this.statements.size() - 1), ProofRewrite.FAILURE,
					"fails at the end of the second run: " + StatementFailure.describe(leftover));
		}
	}

	private void addCatalog(ProofPass pass) {
		CatalogDiff diff = CatalogDiff.between(this.before, pass.catalog());
		add(diff.created(), pass.catalog(), pass, ProofRewrite.CREATED, "creates %s on the second run");
		add(diff.altered(), pass.catalog(), pass, ProofRewrite.ALTERED, "alters %s on the second run");
		add(diff.dropped(), this.before, pass, ProofRewrite.ALTERED, "drops %s on the second run");
		for (CatalogEntry entry : recreated(this.before, pass.catalog())) {
			Place place = pass.ends().get(entry.id());
			if (place != null && !this.allowed.covers(entry)) {
				add(place, ProofRewrite.RECREATED, "drops " + entry.object().kind() + " " + Loss.shown(entry.object())
						+ " on the second run, to be created again");
			}
		}
	}

	/**
	 * What belongs to a new table goes without saying.
	 */
	private void add(List<CatalogObject> objects, CatalogSnapshot snapshot, ProofPass pass, ProofRewrite rewrite,
			String message) {
		Set<CatalogObject> known = new HashSet<>(objects);
		for (CatalogObject object : objects) {
			CatalogEntry entry = snapshot.entry(object);
			Place place = pass.lastChanges().get(object);
			boolean part = entry != null && entry.parent() != null && known.contains(entry.parent().object());
			if (place != null && !part && (entry == null || !this.allowed.covers(entry))) {
				add(place, rewrite, message.formatted(object.kind() + " " + Loss.shown(object)));
			}
		}
	}

	private void add(Place place, ProofRewrite rewrite, String message) {
		Difference difference = this.differences.computeIfAbsent(place,
				(key) -> new Difference(rewrite, new ArrayList<>()));
		difference.messages().add(message);
	}

	void moved(List<String> moved) {
		this.sequences = moved;
	}

	/**
	 * Returns the report.
	 * @param advisor knows how statements can be written instead, {@code null} if nobody
	 * does
	 */
	ProofReport report(@Nullable ScriptAdvisor advisor) {
		this.differences.keySet().removeAll(this.unprovable.keySet());
		ProofAdvice advice = new ProofAdvice(advisor, this.differences.isEmpty() ? List.of() : this.scripts);
		List<ScriptAdvice> different = new ArrayList<>();
		List<ScriptAdvice> open = new ArrayList<>();
		for (Place place : this.statements) {
			Difference difference = this.differences.get(place);
			String reason = this.unprovable.get(place);
			if (difference != null) {
				different.add(advice.of(place, difference.rewrite(), String.join(", and ", difference.messages())));
			}
			else if (reason != null) {
				open.add(ProofAdvice.notProvable(place, reason));
			}
		}
		return new ProofReport(this.statements.size() - different.size() - open.size(), List.copyOf(different),
				List.copyOf(open), this.sequences);
	}

	/**
	 * What a statement does the second time.
	 *
	 * @param rewrite how such statements are written instead
	 * @param messages what it does
	 */
	private record Difference(ProofRewrite rewrite, List<String> messages) {

	}

}
