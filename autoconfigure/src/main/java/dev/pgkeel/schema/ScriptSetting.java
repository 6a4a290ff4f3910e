package dev.pgkeel.schema;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;

/**
 * A statement of a script that sets what statements after the commit depend on too:
 * {@code search_path}, the role, or the timeout of a statement. It is run again before
 * these, since the transaction's end, or that of the process, may have undone it.
 *
 * @param number which of the script's statements it is
 * @param name the setting
 * @param sql the statement, as it has an effect without a transaction
 */
record ScriptSetting(int number, String name, String sql) {

	private static final String NAMES = "(search_path|role|statement_timeout)";

	private static final Pattern SET = Pattern.compile(
			"set\\s+(?:session\\s+|local\\s+)?(?:" + NAMES + "|\"" + NAMES + "\"|(schema))(?=[\\s=']).*",
			Pattern.CASE_INSENSITIVE | Pattern.DOTALL);

	private static final Pattern LOCAL = Pattern.compile("set\\s+local\\s", Pattern.CASE_INSENSITIVE);

	private static final Pattern RESET = Pattern.compile("reset\\s+\"?" + NAMES + "\"?\\s*", Pattern.CASE_INSENSITIVE);

	private static final Pattern SET_CONFIG = Pattern
		.compile("select\\s+(?:pg_catalog\\s*\\.\\s*)?set_config\\s*\\(\\s*'" + NAMES
				+ "'\\s*,\\s*('(?:[^']++|'')*+')\\s*,\\s*(?:true|false)\\s*\\)\\s*", Pattern.CASE_INSENSITIVE);

	/**
	 * Reads a statement.
	 * @param statement the statement, of any kind
	 * @return what it sets, {@code null} if that is nothing, or not told by its text
	 */
	static @Nullable ScriptSetting of(SqlStatement statement) {
		return switch (statement.word(0)) {
			case "SET" -> set(statement);
			case "RESET" -> reset(statement);
			case "SELECT" -> setConfig(statement);
			default -> null;
		};
	}

	private static @Nullable ScriptSetting set(SqlStatement statement) {
		Matcher set = SET.matcher(statement.code());
		if (!set.matches()) {
			return null;
		}
		String name = (set.group(3) != null) ? "search_path" : (set.group(1) != null) ? set.group(1) : set.group(2);
		return of(statement, name, LOCAL.matcher(statement.code()).replaceFirst("set "));
	}

	private static @Nullable ScriptSetting reset(SqlStatement statement) {
		Matcher reset = RESET.matcher(statement.code());
		return reset.matches() ? of(statement, reset.group(1), statement.code()) : null;
	}

	private static @Nullable ScriptSetting setConfig(SqlStatement statement) {
		Matcher call = SET_CONFIG.matcher(statement.code());
		return call.matches() ? of(statement, call.group(1),
				"select pg_catalog.set_config('" + call.group(1) + "', " + call.group(2) + ", false)") : null;
	}

	private static ScriptSetting of(SqlStatement statement, String name, String sql) {
		return new ScriptSetting(statement.number(), name.toLowerCase(Locale.ROOT), sql);
	}

}
