package dev.pgkeel.schema;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;

/**
 * A statement of a script that sets what the statements after it depend on. Before those
 * after the commit it is run again, since the transaction's end, or that of the process,
 * may have undone it.
 *
 * @param number which of the script's statements it is
 * @param name the setting
 * @param sql the statement, as it has an effect without a transaction
 */
record ScriptSetting(int number, String name, String sql) {

	private static final String PART = "(?:[\\w$]++|\"[^\"]++\")";

	private static final String NAME = "(" + PART + "(?:\\s*+\\.\\s*+" + PART + ")*+)";

	private static final Pattern SET = Pattern.compile(
			"set\\s+(?:session\\s+|local\\s+)?(?:" + NAME + "\\s*+(?:=|to(?=[\\s'\"]))|(role|schema|names|time\\s+zone"
					+ "|xml\\s+option|session\\s+authorization|session\\s+characteristics)(?=[\\s'\"])).*",
			Pattern.CASE_INSENSITIVE | Pattern.DOTALL);

	private static final Pattern LOCAL = Pattern.compile("set\\s+local\\s", Pattern.CASE_INSENSITIVE);

	private static final Pattern RESET = Pattern
		.compile("reset\\s+(?:" + NAME + "|(time\\s+zone|session\\s+authorization))\\s*", Pattern.CASE_INSENSITIVE);

	private static final Pattern SET_CONFIG = Pattern
		.compile("select\\s+(?:pg_catalog\\s*\\.\\s*)?set_config\\s*\\(\\s*'([^']++)'\\s*,"
				+ "\\s*('(?:[^']++|'')*+')\\s*,\\s*(?:true|false)\\s*\\)\\s*", Pattern.CASE_INSENSITIVE);

	private static final Pattern ANY_SET_CONFIG = Pattern.compile("set_config\\s*\\(\\s*'([^']++)'",
			Pattern.CASE_INSENSITIVE);

	/**
	 * What a statement after the commit does not take from its script: it waits for locks
	 * as long as it takes, and is in nobody's way then.
	 */
	private static final Set<String> NEVER_AGAIN = Set.of("lock_timeout", "client_connection_check_interval", "all",
			"session_authorization", "session characteristics");

	/**
	 * Reads a statement.
	 * @param statement the statement, of any kind
	 * @return what it sets for statements after the commit too, {@code null} if that is
	 * nothing, or not told by its text
	 */
	static @Nullable ScriptSetting of(SqlStatement statement) {
		String name = name(statement);
		if (name != null) {
			return of(statement, name, LOCAL.matcher(statement.code()).replaceFirst("set "));
		}
		Matcher call = SET_CONFIG.matcher(statement.code());
		if (statement.word(0).equals("SELECT") && call.matches()) {
			name = call.group(1).toLowerCase(Locale.ROOT);
			return of(statement, name, "select pg_catalog.set_config('" + name + "', " + call.group(2) + ", false)");
		}
		return null;
	}

	private static @Nullable ScriptSetting of(SqlStatement statement, String name, String sql) {
		return (NEVER_AGAIN.contains(name) || isOfTransaction(name)) ? null
				: new ScriptSetting(statement.number(), name, sql);
	}

	/**
	 * Returns the settings that a statement changes, also in the middle of it, so far as
	 * its text tells.
	 * @param statement the statement, of any kind
	 */
	static Set<String> namesIn(SqlStatement statement) {
		Set<String> names = new LinkedHashSet<>();
		String name = name(statement);
		if ("all".equals(name)) {
			names.addAll(SchemaTransaction.SETTINGS);
		}
		else if ("session characteristics".equals(name)) {
			names.addAll(List.of("default_transaction_isolation", "default_transaction_read_only",
					"default_transaction_deferrable"));
		}
		else if (name != null) {
			names.add(name);
		}
		for (Matcher call = ANY_SET_CONFIG.matcher(statement.code()); call.find();) {
			names.add(call.group(1).toLowerCase(Locale.ROOT));
		}
		names.removeIf(ScriptSetting::isOfTransaction);
		return names;
	}

	/**
	 * These end with the transaction, and have a say in all of it.
	 */
	private static boolean isOfTransaction(String name) {
		return name.startsWith("transaction_") && !name.equals("transaction_timeout");
	}

	private static @Nullable String name(SqlStatement statement) {
		Matcher matcher = switch (statement.word(0)) {
			case "SET" -> SET.matcher(statement.code());
			case "RESET" -> RESET.matcher(statement.code());
			default -> null;
		};
		if (matcher == null || !matcher.matches()) {
			return null;
		}
		String name = (matcher.group(1) != null) ? matcher.group(1).replaceAll("[\"\\s]", "")
				: matcher.group(2).replaceAll("\\s+", " ");
		name = name.toLowerCase(Locale.ROOT);
		return switch (name) {
			case "schema" -> "search_path";
			case "names" -> "client_encoding";
			case "time zone" -> "timezone";
			case "xml option" -> "xmloption";
			case "session authorization" -> "session_authorization";
			default -> name;
		};
	}

}
