package dev.pgkeel.schema;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Tells which objects belong to which script after a run, and has the history remember
 * them.
 */
final class RunRecorder {

	private final SchemaHistory history;

	RunRecorder(SchemaHistory history) {
		this.history = history;
	}

	/**
	 * What comes after an applied script and has lost something to it, such as a view
	 * that a DROP ... CASCADE took along, is applied again too.
	 */
	List<ScriptOutline> followers(Connection connection, String table, List<ScriptOutline> scripts,
			List<ScriptOutline> running, Map<String, HistoryEntry> entries, CatalogSnapshot after) throws SQLException {
		List<ScriptOutline> followers = new ArrayList<>();
		int first = running.isEmpty() ? scripts.size() : scripts.indexOf(running.get(0));
		for (ScriptOutline script : scripts.subList(first, scripts.size())) {
			HistoryEntry entry = entries.get(script.name());
			if (!running.contains(script) && entry != null) {
				ScriptState former = this.history.state(connection, table, entry);
				ScriptState now = ScriptState.again(after, former.roots());
				if (!now.fingerprint().equals(entry.fingerprint())) {
					followers.add(script);
				}
			}
		}
		return followers;
	}

	/**
	 * What a script made in an earlier run without spelling out its name is found again
	 * by that run's entry alone.
	 */
	void record(Connection connection, String table, ScriptRun run, Map<String, HistoryEntry> entries, CatalogDiff diff,
			CatalogSnapshot after, List<String> searchPath) throws SQLException {
		Set<String> unnamed = unnamed(run, diff, after, searchPath);
		for (ScriptOutline script : run.scripts()) {
			Set<String> also = new HashSet<>(unnamed);
			HistoryEntry entry = entries.get(script.name());
			if (entry != null) {
				also.addAll(this.history.state(connection, table, entry).roots());
			}
			this.history.record(connection, table, script, run.duration(script),
					ScriptState.of(after, script.names(), searchPath, also));
		}
	}

	/**
	 * What no script names, as when a block puts its name together, belongs to all
	 * scripts of the transaction.
	 */
	private static Set<String> unnamed(ScriptRun run, CatalogDiff diff, CatalogSnapshot after,
			List<String> searchPath) {
		Set<String> unnamed = new HashSet<>();
		List<CatalogObject> touched = new ArrayList<>(diff.created());
		touched.addAll(diff.altered());
		for (CatalogObject object : touched) {
			CatalogEntry entry = after.entry(object);
			CatalogEntry root = (entry != null) ? ScriptState.root(entry) : null;
			if (root != null && run.scripts()
				.stream()
				.noneMatch((script) -> ScriptState.isNamed(root.object(), script.names(), searchPath))) {
				unnamed.add(root.object().toString());
			}
		}
		return unnamed;
	}

	/**
	 * A script that was not applied may share objects with one that was. What was no
	 * longer as a script of a later transaction had left it stays to be found there, and
	 * so does what this run has taken from such a script.
	 */
	void refresh(Connection connection, String table, List<ScriptOutline> all, ScriptRun run,
			Map<String, HistoryEntry> entries, CatalogDiff diff, CatalogSnapshot before, CatalogSnapshot after,
			List<ScriptNeed> todo) throws SQLException {
		int last = run.scripts().stream().mapToInt(all::indexOf).max().orElse(-1);
		for (ScriptOutline script : all) {
			HistoryEntry entry = entries.get(script.name());
			if (entry == null || run.scripts().contains(script)) {
				continue;
			}
			boolean asked = todo.stream().anyMatch((need) -> need.script() == script.script());
			if (diff.isEmpty() && !asked) {
				continue;
			}
			ScriptState former = this.history.state(connection, table, entry);
			ScriptState now = ScriptState.again(after, former.roots());
			boolean settled = all.indexOf(script) < last || now.fingerprint().equals(entry.fingerprint());
			if (asked || (settled
					&& ScriptState.again(before, former.roots()).fingerprint().equals(entry.fingerprint()))) {
				this.history.remember(connection, table, entry.id(), entry.outcome(), now);
			}
		}
	}

}
