package dev.pgkeel.schema;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * What was found where the table {@link HistoryTable} is or is to be, and what the role
 * may do there.
 *
 * @param role the role
 * @param database the database
 * @param schema the table's schema
 * @param schemaExists whether it is there
 * @param usage whether the role may look into it
 * @param mayCreate whether the role may make a table there
 * @param mayCreateSchema whether the role may make the schema
 * @param tableExists whether the table is there
 * @param missing the privileges on it that the role has not
 * @param comment the table's comment
 * @param hidden whether row security shows the role no row of it
 * @param elsewhere other schemas that have a table of that name, if the search path
 * decides
 */
record HistoryAccess(String role, String database, String schema, boolean schemaExists, boolean usage,
		boolean mayCreate, boolean mayCreateSchema, boolean tableExists, List<String> missing, @Nullable String comment,
		boolean hidden, List<String> elsewhere) {

	String name() {
		return SqlNames.always(this.schema) + "." + HistoryTable.NAME;
	}

	boolean isReadable() {
		return this.tableExists && this.usage && !this.missing.contains("SELECT");
	}

	int layout() {
		if (!this.tableExists) {
			return 0;
		}
		return (this.comment != null && this.comment.startsWith(HistoryTable.LAYOUT))
				? Integer.parseInt(this.comment.substring(HistoryTable.LAYOUT.length())) : 1;
	}

	void demand() {
		if (!this.schemaExists) {
			if (!this.mayCreateSchema) {
				throw refused("create the schema " + SqlNames.quoted(this.schema), "GRANT CREATE ON DATABASE %s TO %s;"
					.formatted(SqlNames.quoted(this.database), SqlNames.quoted(this.role)));
			}
			return;
		}
		List<String> grants = new ArrayList<>();
		if (!this.usage) {
			grants.add("GRANT USAGE ON SCHEMA %s TO %s;".formatted(SqlNames.quoted(this.schema),
					SqlNames.quoted(this.role)));
		}
		if (this.tableExists && !this.missing.isEmpty()) {
			grants.add("GRANT %s ON %s.%s TO %s;".formatted(String.join(", ", this.missing),
					SqlNames.quoted(this.schema), HistoryTable.NAME, SqlNames.quoted(this.role)));
		}
		if (!this.tableExists && !this.mayCreate) {
			grants.add("GRANT CREATE ON SCHEMA %s TO %s;".formatted(SqlNames.quoted(this.schema),
					SqlNames.quoted(this.role)));
		}
		if (!grants.isEmpty()) {
			throw refused(this.tableExists ? "write the history of the schema scripts"
					: "make the history of the schema scripts", String.join(" ", grants));
		}
	}

	/**
	 * Without a policy that shows rows, a table under row security is empty to all but
	 * its owner, and the scripts would look as if they had never been applied.
	 */
	void demandVisible() {
		if (this.hidden) {
			throw rowSecurity(null);
		}
	}

	SchemaScriptException rowSecurity(@Nullable SQLException cause) {
		String table = SqlNames.quoted(this.schema) + "." + HistoryTable.NAME;
		return new SchemaScriptException(
				"Row security hides the history of the schema scripts, " + table + ", from role " + this.role
						+ ((cause != null) ? " (SQLSTATE " + cause.getSQLState() + ")" : ""),
				"Ask the table's owner for: ALTER TABLE %1$s DISABLE ROW LEVEL SECURITY; or CREATE POLICY %2$s ON %1$s TO %2$s USING (true);"
					.formatted(table, SqlNames.quoted(this.role))
						+ " Where an event trigger enables row security on each new table of a schema,"
						+ " pgkeel.schema.history-schema can name another one; the history then begins anew.",
				cause);
	}

	private SchemaScriptException refused(String what, String grants) {
		return new SchemaScriptException(
				"Schema scripts are to be applied, but role " + this.role + " may not " + what + " ("
						+ SqlNames.quoted(this.schema) + "." + HistoryTable.NAME + ")",
				"Let a role apply them that may, in the deploy step or with pgkeel.direct.username; or ask for: "
						+ grants,
				null);
	}

}
