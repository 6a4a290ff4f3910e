package dev.pgkeel.schema;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import dev.pgkeel.schema.CatalogEntry.Id;

/**
 * Indexes that statements after the commit are going to drop: there is no way back then,
 * so they are looked at before.
 */
final class ConcurrentDrops {

	private static final Pattern DROP = Pattern
		.compile("DROP\\s+INDEX\\s+CONCURRENTLY\\s*(?:(?<=\\s)IF\\s+EXISTS\\s*)?(" + ScriptNames.NAME + "(?:\\s*\\.\\s*"
				+ ScriptNames.NAME + "){0,2})(?:\\s*(?:CASCADE|RESTRICT))?\\s*", Pattern.CASE_INSENSITIVE);

	private static final String VALID_INDEX = """
			select i.indexrelid from pg_catalog.pg_index i
			  where i.indexrelid = pg_catalog.to_regclass(?) and i.indisvalid
			""";

	private ConcurrentDrops() {
	}

	static List<Loss> of(List<ScriptOutline> scripts, CatalogSnapshot before, AllowedLosses allowed,
			Connection connection) throws SQLException {
		List<Loss> losses = new ArrayList<>();
		SessionState start = SessionState.of(connection);
		try (Statement session = connection.createStatement()) {
			session.setEscapeProcessing(false);
			for (ScriptOutline script : scripts) {
				for (SqlStatement statement : script.outside()) {
					if (statement.word(0).equals("DROP")) {
						String name = name(script.script(), statement);
						OutsideSettings.apply(script, statement, start, session);
						add(name, before, allowed, connection, losses);
						session.execute(start.restoring());
					}
				}
			}
		}
		return losses;
	}

	private static String name(SchemaScript script, SqlStatement statement) {
		Matcher drop = DROP.matcher(statement.code());
		if (!drop.matches()) {
			throw script.failure(statement.position(),
					"the name of the index that this statement drops after the commit cannot be read",
					"Write it as one plain or quoted name, with its schema if need be.");
		}
		return drop.group(1);
	}

	private static void add(String name, CatalogSnapshot before, AllowedLosses allowed, Connection connection,
			List<Loss> losses) throws SQLException {
		try (PreparedStatement statement = connection.prepareStatement(VALID_INDEX)) {
			statement.setString(1, name);
			try (ResultSet row = statement.executeQuery()) {
				CatalogEntry entry = row.next() ? before.entries().get(new Id("index", row.getLong(1), 0)) : null;
				if (entry != null && !allowed.covers(entry)) {
					losses.add(Loss.of(entry.object(), "dropped"));
				}
			}
		}
	}

}
