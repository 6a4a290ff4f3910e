package dev.pgkeel.schema;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import dev.pgkeel.schema.ScriptNeed.Reason;
import org.jspecify.annotations.Nullable;

/**
 * Decides which scripts have to be applied. The catalog is read only if the cheap signs
 * leave a doubt.
 */
final class ScriptNeeds {

	private final SchemaHistory history;

	private final boolean always;

	private final int serverVersion;

	ScriptNeeds(SchemaHistory history, boolean always, int serverVersion) {
		this.history = history;
		this.always = always;
		this.serverVersion = serverVersion;
	}

	/**
	 * Decides.
	 * @param connection an open connection
	 * @param table the name of the history's table
	 * @param scripts the scripts
	 * @param entries the last entries of the history
	 * @return what has to be done, in the order of the scripts
	 * @throws SQLException if the server cannot be asked
	 */
	List<ScriptNeed> decide(Connection connection, String table, List<SchemaScript> scripts,
			Map<String, HistoryEntry> entries) throws SQLException {
		List<ScriptNeed> needs = new ArrayList<>();
		CatalogSnapshot snapshot = null;
		for (SchemaScript script : scripts) {
			HistoryEntry entry = entries.get(script.name());
			Reason reason = reason(script, entry);
			boolean unfinished = reason == Reason.UNFINISHED;
			if (entry != null && !entry.untouched() && (reason == null || unfinished)) {
				snapshot = (snapshot != null) ? snapshot : CatalogSnapshot.take(connection);
				ScriptState former = this.history.state(connection, table, entry);
				ScriptState now = ScriptState.again(snapshot, former.roots());
				if (unfinished ? now.lacksMoreThanIndexes(former.definitions())
						: !now.fingerprint().equals(entry.fingerprint())) {
					needs.add(new ScriptNeed(script, Reason.DRIFTED, now.differences(former.definitions())));
					continue;
				}
			}
			if (reason != null) {
				needs.add(new ScriptNeed(script, reason, List.of()));
			}
		}
		return needs;
	}

	private @Nullable Reason reason(SchemaScript script, @Nullable HistoryEntry entry) {
		if (entry == null) {
			return Reason.NEW;
		}
		if (!entry.checksum().equals(script.checksum())) {
			return Reason.CHANGED;
		}
		if (this.always) {
			return Reason.ALWAYS;
		}
		if (entry.isPending()) {
			return Reason.UNFINISHED;
		}
		return (entry.serverVersion() != this.serverVersion) ? Reason.NEW_VERSION : null;
	}

}
