package dev.pgkeel.schema;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;

/**
 * Settings of a session at one moment, to go back to them: what a script may change for
 * the statements after it, or pgkeel itself for a session that is only borrowed.
 *
 * @param settings the values, by name; none for a setting that the server does not know
 */
record SessionState(Map<String, @Nullable String> settings) {

	/**
	 * What decides which objects a statement means, and whether it may touch them.
	 */
	static final List<String> OF_A_SCRIPT = List.of("search_path", "role");

	static SessionState of(Connection connection) throws SQLException {
		return of(connection, OF_A_SCRIPT);
	}

	static SessionState of(Connection connection, Collection<String> names) throws SQLException {
		Map<String, @Nullable String> settings = new LinkedHashMap<>();
		if (names.isEmpty()) {
			return new SessionState(settings);
		}
		String query = names.stream().map(SessionState::current).collect(Collectors.joining(", ", "select ", ""));
		try (Statement statement = connection.createStatement(); ResultSet row = statement.executeQuery(query)) {
			row.next();
			int column = 1;
			for (String name : names) {
				settings.put(name, row.getString(column++));
			}
		}
		return new SessionState(settings);
	}

	boolean isEmpty() {
		return this.settings.isEmpty();
	}

	/**
	 * Returns the statement that makes the session have these settings again.
	 */
	String restoring() {
		return this.settings.entrySet()
			.stream()
			.map((setting) -> setting(setting.getKey(), setting.getValue(), false))
			.collect(Collectors.joining(", ", "select ", ""));
	}

	/**
	 * Returns the statement that does so where they are others by now.
	 * @param local the settings that hold until the transaction's end alone
	 */
	String restoringChanged(Collection<String> local) {
		return this.settings.entrySet()
			.stream()
			.map((setting) -> "case when " + current(setting.getKey()) + " is distinct from "
					+ literal(setting.getValue()) + " then "
					+ setting(setting.getKey(), setting.getValue(), local.contains(setting.getKey())) + " end")
			.collect(Collectors.joining(", ", "select ", ""));
	}

	private static String current(String name) {
		return "pg_catalog.current_setting(" + literal(name) + ", true)";
	}

	private static String setting(String name, @Nullable String value, boolean local) {
		return "pg_catalog.set_config(" + literal(name) + ", " + literal(value) + ", " + local + ")";
	}

	private static String literal(@Nullable String value) {
		return (value != null) ? "'" + value.replace("'", "''") + "'" : "null";
	}

}
