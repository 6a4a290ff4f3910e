package dev.pgkeel.schema.lint;

import java.util.Map;

/**
 * The names that PL/pgSQL has for the conditions that a second run raises.
 */
final class Conditions {

	private static final Map<String, String> NAMES = Map.ofEntries(Map.entry("42710", "duplicate_object"),
			Map.entry("42P07", "duplicate_table"), Map.entry("42701", "duplicate_column"),
			Map.entry("42723", "duplicate_function"), Map.entry("42P06", "duplicate_schema"),
			Map.entry("42P04", "duplicate_database"), Map.entry("23505", "unique_violation"),
			Map.entry("42P16", "invalid_table_definition"), Map.entry("42704", "undefined_object"),
			Map.entry("42703", "undefined_column"), Map.entry("42P01", "undefined_table"),
			Map.entry("42883", "undefined_function"), Map.entry("3F000", "invalid_schema_name"),
			Map.entry("3D000", "invalid_catalog_name"), Map.entry("22023", "invalid_parameter_value"),
			Map.entry("55000", "object_not_in_prerequisite_state"), Map.entry("42809", "wrong_object_type"),
			Map.entry("42601", "syntax_error"), Map.entry("0A000", "feature_not_supported"));

	/**
	 * Conditions that stand for a whole class of states.
	 */
	private static final Map<String, String> CLASSES = Map.of("syntax_error_or_access_rule_violation", "42",
			"integrity_constraint_violation", "23", "object_not_in_prerequisite_state", "55", "data_exception", "22");

	private Conditions() {
	}

	static String name(String state) {
		return NAMES.getOrDefault(state, "SQLSTATE '" + state + "'");
	}

	/**
	 * Describes a state as the documentation does.
	 */
	static String describe(String state) {
		return NAMES.containsKey(state) ? state + " " + NAMES.get(state) : state;
	}

	/**
	 * Returns whether a handler for the condition catches the state.
	 * @param condition the name in lower case, or a state
	 * @param state the state raised
	 */
	static boolean catches(String condition, String state) {
		return condition.equals("others") || condition.equals(state) || condition.equals(NAMES.get(state))
				|| (condition.endsWith("000") && state.startsWith(condition.substring(0, 2)))
				|| (CLASSES.containsKey(condition) && state.startsWith(CLASSES.get(condition)));
	}

}
