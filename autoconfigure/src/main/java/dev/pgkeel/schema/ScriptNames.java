package dev.pgkeel.schema;

import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;

/**
 * The names of objects in a script: words that follow one after which SQL expects an
 * object, also in the bodies of functions and blocks. They are kept as {@code name} or
 * {@code schema.name}, as the server spells them.
 */
final class ScriptNames {

	/**
	 * A quoted name, or what the server takes for a word: with any character beyond
	 * ASCII.
	 */
	static final String NAME = "(?:\"(?:[^\"]++|\"\")++\"|[a-zA-Z_\\x{80}-\\x{10FFFF}][a-zA-Z0-9_$\\x{80}-\\x{10FFFF}]*)";

	private static final Pattern AFTER_KEYWORD = Pattern.compile(
			"\\b(?:table|index|view|sequence|type|domain|function|procedure|schema|extension|trigger|policy|on|from|join"
					+ "|into|update|references|only|exists|concurrently|partition|of|to)\\s+(" + NAME + "(?:\\s*\\.\\s*"
					+ NAME + ")?)",
			Pattern.CASE_INSENSITIVE);

	private static final Pattern PART = Pattern.compile(NAME);

	private final Set<String> names = new HashSet<>();

	void addAll(String statement) {
		Matcher matcher = AFTER_KEYWORD.matcher(statement);
		for (int from = 0; matcher.find(from); from = matcher.start(1)) {
			add(matcher.group(1));
		}
	}

	private void add(String name) {
		StringBuilder spelled = new StringBuilder();
		for (Matcher part = PART.matcher(name); part.find();) {
			spelled.append(spelled.isEmpty() ? "" : ".").append(spelled(part.group()));
		}
		this.names.add(spelled.toString());
	}

	private static String spelled(String part) {
		return part.startsWith("\"") ? part.substring(1, part.length() - 1).replace("\"\"", "\"")
				: part.toLowerCase(Locale.ROOT);
	}

	/**
	 * Returns whether the script names an object.
	 * @param schema the object's schema, {@code null} if it is in none
	 * @param name the object's name
	 * @param visible whether the name alone leads to it
	 * @return whether the script names it
	 */
	boolean contains(@Nullable String schema, String name, boolean visible) {
		return (visible && this.names.contains(name)) || (schema != null && this.names.contains(schema + "." + name));
	}

}
