package dev.pgkeel.schema.lint;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

import dev.pgkeel.schema.lint.Declaration.Column;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * Compares what scripts declare with what is there: {@code IF NOT EXISTS} looks at the
 * name alone. The server itself says what a declaration means, with a temporary table
 * that is never committed.
 */
final class SilentDifferences {

	static final String ID = "silently-differs";

	private static final Log logger = LogFactory.getLog(SilentDifferences.class);

	private static final String PROBE = "pg_temp.pgkeel_declared";

	private static final String COLUMNS = """
			select a.attname, pg_catalog.format_type(a.atttypid, a.atttypmod) from pg_catalog.pg_attribute a
			where a.attrelid = pg_catalog.to_regclass(?) and a.attnum > 0 and not a.attisdropped""";

	private static final String INDEX = """
			select i.indisunique::text || ' ' || regexp_replace(pg_catalog.pg_get_indexdef(i.indexrelid), '^.*? USING ', ''),
			  i.indisvalid
			from pg_catalog.pg_index i where i.indexrelid = pg_catalog.to_regclass(?)""";

	private static final String KIND = """
			select case c.relkind when 'r' then null when 'p' then null when 'f' then null when 'v' then 'a view'
			  when 'm' then 'a materialized view' when 'S' then 'a sequence' else 'no table' end
			from pg_catalog.pg_class c where c.oid = pg_catalog.to_regclass(?)""";

	private final Connection connection;

	private final Set<String> changedLater;

	private final List<LintFinding> findings = new ArrayList<>();

	/**
	 * Creates a comparison.
	 * @param connection a connection without an open transaction
	 * @param changedLater what the scripts themselves change after they declared it
	 */
	SilentDifferences(Connection connection, Set<String> changedLater) {
		this.connection = connection;
		this.changedLater = changedLater;
	}

	List<LintFinding> find(List<Declaration> declarations) throws SQLException {
		this.connection.setAutoCommit(false);
		try (Statement statement = this.connection.createStatement()) {
			statement.execute("set local lock_timeout = '1s'");
			for (Declaration declaration : declarations) {
				Savepoint savepoint = this.connection.setSavepoint();
				try {
					compare(declaration, statement);
				}
				catch (SQLException ex) {
					logger.debug(declaration.name() + " cannot be compared with what the script says", ex);
				}
				this.connection.rollback(savepoint);
			}
		}
		finally {
			this.connection.rollback();
		}
		return this.findings;
	}

	private void compare(Declaration declaration, Statement statement) throws SQLException {
		if (declaration.kind() == ObjectKind.TABLE) {
			table(declaration, statement);
		}
		else if (!this.changedLater.contains(ObjectKind.INDEX.key(declaration.key()))) {
			index(declaration, statement);
		}
	}

	private void table(Declaration declaration, Statement statement) throws SQLException {
		String other = ask(KIND, declaration.name());
		if (other != null) {
			say(declaration, declaration.key() + " is " + other + ", and CREATE TABLE IF NOT EXISTS leaves it so",
					"Give the table another name, or drop what has its name");
			return;
		}
		Map<String, String> actual = columns(declaration.name());
		if (actual.isEmpty()) {
			return;
		}
		StringBuilder types = new StringBuilder();
		for (Column column : declaration.columns()) {
			types.append(types.isEmpty() ? "" : ", ").append(Declaration.quoted(column.name())).append(' ');
			types.append(column.type());
		}
		statement.execute("create temporary table pgkeel_declared (" + types + ")");
		columns(PROBE).forEach((column, type) -> {
			String there = actual.get(column);
			if (this.changedLater.contains(ObjectKind.COLUMN.key(declaration.key(), column)) || type.equals(there)) {
				return;
			}
			if (there == null) {
				say(declaration,
						declaration.key() + " has no column " + column
								+ ": CREATE TABLE IF NOT EXISTS leaves a table that is there as it is",
						"Add ALTER TABLE ... ADD COLUMN IF NOT EXISTS");
			}
			else {
				say(declaration,
						column + " of " + declaration.key() + " is " + there + " and not " + type
								+ ": CREATE TABLE IF NOT EXISTS leaves a table that is there as it is",
						"Add ALTER TABLE ... ALTER COLUMN ... TYPE, or correct the script");
			}
		});
	}

	private void index(Declaration declaration, Statement statement) throws SQLException {
		try (PreparedStatement query = this.connection.prepareStatement(INDEX)) {
			query.setString(1, declaration.name());
			String actual;
			try (ResultSet row = query.executeQuery()) {
				if (!row.next()) {
					return;
				}
				actual = row.getString(1);
				if (!row.getBoolean(2)) {
					say(declaration,
							"index " + declaration.key()
									+ " is INVALID: no query uses it, and CREATE INDEX IF NOT EXISTS leaves it so",
							"Drop it, or write REINDEX INDEX CONCURRENTLY");
					return;
				}
			}
			statement.execute("create temporary table pgkeel_declared (like " + declaration.table() + ")");
			statement.execute("create " + (declaration.unique() ? "unique " : "") + "index pgkeel_declared_index on "
					+ PROBE + " " + declaration.definition());
			String declared = ask(INDEX, "pg_temp.pgkeel_declared_index");
			if (declared != null && !declared.equals(actual)) {
				say(declaration,
						"index " + declaration.key() + " has another definition (" + actual.replaceFirst("^\\w+ ", "")
								+ "): CREATE INDEX IF NOT EXISTS leaves it so",
						"Give the index another name, and drop the old one");
			}
		}
	}

	private Map<String, String> columns(String table) throws SQLException {
		Map<String, String> columns = new LinkedHashMap<>();
		try (PreparedStatement query = this.connection.prepareStatement(COLUMNS)) {
			query.setString(1, table);
			try (ResultSet row = query.executeQuery()) {
				while (row.next()) {
					columns.put(row.getString(1), row.getString(2));
				}
			}
		}
		return columns;
	}

	private @Nullable String ask(String sql, String name) throws SQLException {
		try (PreparedStatement query = this.connection.prepareStatement(sql)) {
			query.setString(1, name);
			try (ResultSet row = query.executeQuery()) {
				return row.next() ? row.getString(1) : null;
			}
		}
	}

	private void say(Declaration declaration, String message, String rewrite) {
		if (!Ignores.silences(declaration.place().statement(), ID)) {
			this.findings.add(new LintFinding(declaration.place().script(), declaration.place().position(),
					LintSeverity.WARNING, ID, message, rewrite));
		}
	}

}
