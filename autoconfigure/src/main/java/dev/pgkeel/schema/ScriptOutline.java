package dev.pgkeel.schema;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * What a script holds, found by splitting it once without running it, so that none runs
 * when one of them cannot be read.
 *
 * @param script the script
 * @param statements how many statements it has in all
 * @param outside the statements that cannot run in a transaction
 * @param names the names of objects in it
 * @param ownTransaction whether it asks for a transaction of its own
 * @param savepoints whether it has savepoints of its own
 * @param settings what it sets that statements outside of the transaction depend on
 * @param sets the names of all settings that it changes
 */
record ScriptOutline(SchemaScript script, int statements, List<SqlStatement> outside, ScriptNames names,
		boolean ownTransaction, boolean savepoints, List<ScriptSetting> settings, Set<String> sets) {

	private static final String OWN_TRANSACTION = "pgkeel:own-transaction";

	static ScriptOutline of(SchemaScript script) {
		List<SqlStatement> outside = new ArrayList<>();
		List<ScriptSetting> settings = new ArrayList<>();
		Set<String> sets = new LinkedHashSet<>();
		ScriptNames names = new ScriptNames();
		int count = 0;
		boolean ownTransaction = false;
		boolean savepoints = false;
		try (SqlSplitter splitter = new SqlSplitter(script)) {
			for (SqlStatement statement = splitter.next(); statement != null; statement = splitter.next()) {
				count++;
				names.addAll(statement.text());
				savepoints |= StatementRules.isSavepoint(statement);
				ownTransaction |= count == 1 && asksForOwnTransaction(statement);
				if (StatementRules.runsOutside(statement)) {
					outside.add(statement);
				}
				sets.addAll(ScriptSetting.namesIn(statement));
				ScriptSetting setting = ScriptSetting.of(statement);
				if (setting != null) {
					settings.add(setting);
				}
			}
		}
		return new ScriptOutline(script, count, List.copyOf(outside), names, ownTransaction, savepoints,
				List.copyOf(settings), Set.copyOf(sets));
	}

	/**
	 * A reason may follow, as it does after other directives.
	 */
	private static boolean asksForOwnTransaction(SqlStatement statement) {
		return statement.directives()
			.stream()
			.anyMatch((directive) -> directive.split("\\s", 2)[0].equals(OWN_TRANSACTION));
	}

	/**
	 * Returns what the script has set before a statement: the last word about each
	 * setting.
	 */
	List<ScriptSetting> settingsBefore(SqlStatement statement) {
		Map<String, ScriptSetting> last = new LinkedHashMap<>();
		this.settings.stream()
			.filter((setting) -> setting.number() < statement.number())
			.forEach((setting) -> last.put(setting.name(), setting));
		return List.copyOf(last.values());
	}

	/**
	 * Returns the names of the settings that scripts change, beside those that are put
	 * back after every script.
	 */
	static Set<String> sets(List<ScriptOutline> scripts) {
		Set<String> names = new TreeSet<>();
		scripts.forEach((script) -> names.addAll(script.sets()));
		SessionState.OF_A_SCRIPT.forEach(names::remove);
		return names;
	}

	String name() {
		return this.script.name();
	}

}
