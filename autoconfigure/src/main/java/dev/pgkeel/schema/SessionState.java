package dev.pgkeel.schema;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Settings of a session at one moment, to go back to them: what a script may change for
 * the statements after it, or pgkeel itself for a session that is only borrowed.
 *
 * @param settings the values, by name
 */
record SessionState(Map<String, String> settings) {

	/**
	 * What decides which objects a statement means, and whether it may touch them.
	 */
	private static final List<String> OF_A_SCRIPT = List.of("search_path", "role");

	static SessionState of(Connection connection) throws SQLException {
		return of(connection, OF_A_SCRIPT);
	}

	static SessionState of(Connection connection, List<String> names) throws SQLException {
		String query = names.stream()
			.map((name) -> "pg_catalog.current_setting(" + literal(name) + ")")
			.collect(Collectors.joining(", ", "select ", ""));
		Map<String, String> settings = new LinkedHashMap<>();
		try (Statement statement = connection.createStatement(); ResultSet row = statement.executeQuery(query)) {
			row.next();
			for (int i = 0; i < names.size(); i++) {
				settings.put(names.get(i), row.getString(i + 1));
			}
		}
		return new SessionState(settings);
	}

	/**
	 * Returns the statement that makes the session have these settings again.
	 */
	String restoring() {
		return this.settings.entrySet()
			.stream()
			.map((setting) -> "pg_catalog.set_config(" + literal(setting.getKey()) + ", " + literal(setting.getValue())
					+ ", false)")
			.collect(Collectors.joining(", ", "select ", ""));
	}

	private static String literal(String value) {
		return "'" + value.replace("'", "''") + "'";
	}

}
