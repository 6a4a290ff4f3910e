package dev.pgkeel.schema;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

import dev.pgkeel.schema.SchemaApplier.Applied;
import dev.pgkeel.schema.SchemaReport.AppliedScript;
import dev.pgkeel.schema.SchemaReport.Changes;
import dev.pgkeel.schema.SchemaReport.Outcome;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

/**
 * Says in the log and in the report what a start did with its scripts.
 */
final class SchemaReporter {

	private static final Log logger = LogFactory.getLog(SchemaReporter.class);

	private static final Set<String> PARTS = Set.of("column", "constraint");

	private final boolean dryRun;

	private final long start;

	SchemaReporter(boolean dryRun, long start) {
		this.dryRun = dryRun;
		this.start = start;
	}

	SchemaReport unchanged(List<SchemaScript> scripts, Map<String, HistoryEntry> entries) {
		Duration duration = Duration.ofNanos(System.nanoTime() - this.start);
		logger.info("Schema unchanged (" + duration.toMillis() + " ms)");
		return new SchemaReport(Outcome.UNCHANGED, AppliedScript.unchanged(scripts, entries), Changes.NONE, List.of(),
				duration);
	}

	SchemaReport applied(List<Applied> applied) {
		Duration duration = Duration.ofNanos(System.nanoTime() - this.start);
		List<AppliedScript> scripts = applied.stream().flatMap((share) -> share.scripts().stream()).toList();
		List<AppliedScript> run = scripts.stream().filter((script) -> script.outcome() == Outcome.APPLIED).toList();
		boolean unfinished = applied.stream().anyMatch((share) -> !share.unfinished().isEmpty());
		Changes changes = new Changes(objects(applied, CatalogDiff::created), objects(applied, CatalogDiff::altered),
				objects(applied, CatalogDiff::dropped));
		List<String> drift = applied.stream().flatMap((share) -> share.drift().stream()).toList();
		if (run.isEmpty() && !unfinished) {
			logger.info("Schema unchanged (" + duration.toMillis() + " ms)");
			return new SchemaReport(Outcome.UNCHANGED, scripts, changes, drift, duration);
		}
		int statements = run.stream().mapToInt(AppliedScript::statements).sum();
		boolean dry = this.dryRun;
		logger.info((dry ? "Schema dry run, would have applied: " : "Schema applied: ")
				+ SchemaInitializer.counted(run.size()) + ", " + statements
				+ ((statements == 1) ? " statement, " : " statements, ") + duration.toMillis() + " ms");
		if (!changes.equals(Changes.NONE)) {
			logger.info((dry ? "Schema differences: " : "Schema changes: ") + changes);
		}
		return new SchemaReport(dry ? Outcome.DRY_RUN : Outcome.APPLIED, scripts, changes, drift, duration);
	}

	/**
	 * A new table's columns and constraints go without saying.
	 */
	private static List<String> objects(List<Applied> applied, Function<CatalogDiff, List<CatalogObject>> which) {
		List<String> names = new ArrayList<>();
		for (Applied share : applied) {
			List<CatalogObject> objects = which.apply(share.diff());
			Set<CatalogObject> known = new HashSet<>(objects);
			for (CatalogObject object : objects) {
				CatalogSnapshot snapshot = (share.after().entry(object) != null) ? share.after() : share.before();
				CatalogEntry entry = snapshot.entry(object);
				CatalogEntry parent = (entry != null) ? entry.parent() : null;
				boolean part = parent != null && PARTS.contains(object.kind()) && known.contains(parent.object());
				if (!part) {
					names.add(object.toString());
				}
			}
		}
		return names;
	}

}
