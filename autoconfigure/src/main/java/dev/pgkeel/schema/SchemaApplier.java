package dev.pgkeel.schema;

import java.sql.Array;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;

import dev.pgkeel.schema.SchemaReport.AppliedScript;
import dev.pgkeel.schema.SchemaReport.Outcome;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * Applies scripts that share a transaction: decides again under the lock, runs what has
 * to be run, and records it.
 */
final class SchemaApplier {

	private static final Log logger = LogFactory.getLog(SchemaApplier.class);

	private static final String OLD_VERSION = " If this is an old version of the application that restarts in a rolling"
			+ " deploy, or a rollback, start it with pgkeel.schema.enabled=false.";

	private final SchemaHistory history;

	private final RunRecorder recorder;

	private final ScriptNeeds needs;

	private final SchemaTransaction transaction;

	private final OutsideRun outside;

	private final @Nullable RunGuard guard;

	private final @Nullable StartProof proof;

	private final boolean dryRun;

	private final List<String> committed = new ArrayList<>();

	private final Map<String, String> returning = new LinkedHashMap<>();

	SchemaApplier(SchemaHistory history, ScriptNeeds needs, SchemaTransaction transaction, OutsideRun outside,
			@Nullable RunGuard guard, @Nullable StartProof proof, boolean dryRun) {
		this.dryRun = dryRun;
		this.history = history;
		this.recorder = new RunRecorder(history);
		this.needs = needs;
		this.transaction = transaction;
		this.outside = outside;
		this.guard = guard;
		this.proof = proof;
	}

	/**
	 * Applies the scripts of one transaction, then their statements that cannot run in
	 * one.
	 * @param connection a connection without an open transaction
	 * @param scripts the scripts of the transaction
	 * @param all all scripts
	 * @param progress where the run says how far it is
	 * @param watch knows who is in the way
	 * @return what became of the scripts
	 * @throws SQLException if the connection fails
	 * @throws SchemaScriptException if a script cannot be applied
	 */
	Applied apply(Connection connection, List<ScriptOutline> scripts, List<ScriptOutline> all, RunProgress progress,
			RunWatch watch) throws SQLException {
		AtomicReference<Applied> result = new AtomicReference<>();
		this.returning.clear();
		try {
			this.transaction.run(connection, watch, ScriptOutline.sets(scripts), (open, last) -> {
				if (last) {
					progress.lastAttempt();
				}
				result.set(inTransaction(open, scripts, all, progress));
			});
		}
		catch (SQLException | Error ex) {
			this.outside.abandon(connection, ex);
			throw ex;
		}
		catch (SchemaScriptException ex) {
			this.outside.abandon(connection, ex);
			throw ex.advising(rolledBack() + older());
		}
		Applied applied = result.get();
		applied.scripts()
			.stream()
			.filter((script) -> script.outcome() == Outcome.APPLIED)
			.forEach((script) -> this.committed.add(script.name()));
		if (!applied.unfinished().isEmpty() && !this.dryRun) {
			this.outside.run(connection, applied, all);
		}
		return applied;
	}

	private String rolledBack() {
		return this.committed.isEmpty() ? "Nothing of the schema scripts was applied: the transaction was rolled back."
				: "The transaction was rolled back. Applied before it, and committed: "
						+ String.join(", ", this.committed) + ".";
	}

	/**
	 * What replaces or drops the newer text's objects may be refused: by the server, as
	 * with the columns of a view, or as a loss that the older text does not name.
	 */
	private String older() {
		StringBuilder text = new StringBuilder();
		this.returning.forEach((script, overtaken) -> text
			.append(" The text of %s is older than the one that is applied: %s.".formatted(script, overtaken)));
		return text.isEmpty() ? "" : text.append(OLD_VERSION).toString();
	}

	private Applied inTransaction(Connection connection, List<ScriptOutline> scripts, List<ScriptOutline> all,
			RunProgress progress) throws SQLException {
		HistoryAccess table = this.history.table().find(connection);
		Map<String, HistoryEntry> entries = table.isReadable() ? this.history.read(connection, table.name()) : Map.of();
		List<ScriptNeed> todo = this.needs.decide(connection, table.name(),
				scripts.stream().map(ScriptOutline::script).toList(), entries);
		if (todo.isEmpty()) {
			return Applied.nothing(table.name(), scripts, entries);
		}
		this.history.table().prepare(connection, table);
		List<ScriptOutline> running = scripts.stream().filter((script) -> runs(script, todo)).toList();
		List<String> searchPath = searchPath(connection);
		announceDrift(todo);
		announceReturn(connection, table.name(), todo, entries);
		CatalogSnapshot before = CatalogSnapshot.take(connection);
		if (this.guard != null && !running.isEmpty()) {
			this.guard.begin(connection, before);
		}
		ScriptRun run = new ScriptRun(running, progress);
		run.execute(connection);
		CatalogSnapshot after = running.isEmpty() ? before : CatalogSnapshot.take(connection);
		List<ScriptOutline> followers = this.recorder.followers(connection, table.name(), scripts, running, entries,
				after);
		if (!followers.isEmpty()) {
			run = run.then(followers, connection);
			after = CatalogSnapshot.take(connection);
		}
		if (this.guard != null && !running.isEmpty()) {
			after = this.guard.check(connection, run, before, after);
		}
		if (this.proof != null && !run.scripts().isEmpty()) {
			this.proof.prove(connection, run, after);
		}
		refuseChangedFiles(run);
		CatalogDiff diff = CatalogDiff.between(before, after);
		this.recorder.record(connection, table.name(), run, entries, diff, after, searchPath);
		this.recorder.refresh(connection, table.name(), all, run, entries, diff, before, after, todo);
		this.history.forgetOld(connection, table.name());
		List<ScriptOutline> unfinished = unfinished(scripts, run, todo);
		if (!unfinished.isEmpty() && !this.dryRun) {
			this.outside.prepare(connection, unfinished);
		}
		return new Applied(table.name(), reports(scripts, run), unfinished, diff, before, after, searchPath,
				todo.stream().flatMap((need) -> need.differences().stream()).toList());
	}

	private static List<ScriptOutline> unfinished(List<ScriptOutline> scripts, ScriptRun run, List<ScriptNeed> todo) {
		return scripts.stream()
			.filter((script) -> !script.outside().isEmpty())
			.filter((script) -> run.scripts().contains(script) || todo.stream()
				.anyMatch((need) -> need.script() == script.script() && need.reason() == ScriptNeed.Reason.UNFINISHED))
			.toList();
	}

	private static boolean runs(ScriptOutline script, List<ScriptNeed> todo) {
		return todo.stream().anyMatch((need) -> need.script() == script.script() && need.runs());
	}

	private static void announceDrift(List<ScriptNeed> todo) {
		todo.stream()
			.filter((need) -> need.reason() == ScriptNeed.Reason.DRIFTED)
			.forEach((need) -> logger.warn("Schema script " + need.script().name()
					+ " is applied again, since the database is no longer what it left behind: "
					+ ScriptNeed.shown(need.differences())));
	}

	/**
	 * An old version of the application that restarts in the middle of a rolling deploy
	 * puts its own functions back in the place of the new ones.
	 */
	private void announceReturn(Connection connection, String table, List<ScriptNeed> todo,
			Map<String, HistoryEntry> entries) throws SQLException {
		for (ScriptNeed need : todo) {
			HistoryEntry entry = entries.get(need.script().name());
			String overtaken = (entry != null && need.reason() == ScriptNeed.Reason.CHANGED)
					? this.history.overtaken(connection, table, need.script(), entry) : null;
			if (overtaken != null) {
				this.returning.put(need.script().name(), overtaken);
				logger.warn("Schema script " + need.script().name()
						+ " goes back to a text that it had before the present one: " + overtaken
						+ ". If this is an old version of the application that has only restarted, start an instance"
						+ " of the new one once more after the deploy: it applies its own text again. If another"
						+ " application shares the database, give each its own spring.application.name");
			}
		}
	}

	private static void refuseChangedFiles(ScriptRun run) {
		for (ScriptOutline script : run.scripts()) {
			if (!script.script().currentChecksum().equals(script.script().checksum())) {
				throw new SchemaScriptException(
						"Schema script " + script.name() + " was changed while it was being applied", "Start again.",
						null);
			}
		}
	}

	private static List<String> searchPath(Connection connection) throws SQLException {
		try (Statement statement = connection.createStatement();
				ResultSet row = statement.executeQuery("select pg_catalog.current_schemas(false)::text[]")) {
			row.next();
			Array schemas = row.getArray(1);
			return List.of((String[]) schemas.getArray());
		}
	}

	private static List<AppliedScript> reports(List<ScriptOutline> scripts, ScriptRun run) {
		return scripts.stream()
			.map((script) -> new AppliedScript(script.name(), script.script().checksum(),
					run.scripts().contains(script) ? Outcome.APPLIED : Outcome.UNCHANGED, script.statements(),
					run.duration(script)))
			.toList();
	}

	/**
	 * What a transaction came to.
	 *
	 * @param table the name of the history's table
	 * @param scripts the scripts
	 * @param unfinished the scripts whose statements outside of a transaction remain
	 * @param diff what changed
	 * @param before the catalog before
	 * @param after the catalog after
	 * @param searchPath the schemas in which names are looked up
	 * @param drift what was no longer as the last run had left it
	 */
	record Applied(String table, List<AppliedScript> scripts, List<ScriptOutline> unfinished, CatalogDiff diff,
			CatalogSnapshot before, CatalogSnapshot after, List<String> searchPath, List<String> drift) {

		static Applied nothing(String table, List<ScriptOutline> scripts, Map<String, HistoryEntry> entries) {
			CatalogSnapshot none = new CatalogSnapshot(Map.of(), Set.of(), Set.of());
			return new Applied(table,
					AppliedScript.unchanged(scripts.stream().map(ScriptOutline::script).toList(), entries), List.of(),
					CatalogDiff.between(none, none), none, none, List.of(), List.of());
		}

	}

}
