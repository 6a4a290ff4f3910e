package dev.pgkeel.schema;

import java.sql.ResultSet;
import java.sql.SQLException;

/**
 * Another session of the server, as messages show it.
 */
final class Session {

	private Session() {
	}

	/**
	 * Describes a row with {@code pid}, {@code usename}, {@code application_name},
	 * {@code state} and {@code age}. A role without {@code pg_read_all_stats} sees only
	 * the first three of other roles' sessions.
	 */
	static String describe(ResultSet row) throws SQLException {
		StringBuilder text = new StringBuilder("pid " + row.getInt("pid"));
		String application = row.getString("application_name");
		text.append(" (")
			.append((application == null || application.isEmpty()) ? "no application name" : application)
			.append(", role ")
			.append(row.getString("usename"));
		String age = row.getString("age");
		text.append((age != null) ? ", transaction open for " + age : ", transaction age unknown");
		String state = row.getString("state");
		return text.append((state != null) ? ", " + state : "").append(')').toString();
	}

}
