package dev.pgkeel.schema;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

import org.jspecify.annotations.Nullable;

/**
 * The table {@code pgkeel_schema_history}: where it is, how it is made and brought to the
 * layout of this version, and who may use it. Its comment names the layout.
 */
final class HistoryTable {

	static final String NAME = "pgkeel_schema_history";

	static final String LAYOUT = "pgkeel layout ";

	/**
	 * The statements that lead from each layout to the next one, the first of them from
	 * nothing. One that was released is never changed.
	 */
	private static final List<List<String>> LAYOUTS = List.of(List.of("""
			create table %s (
			  id bigint generated always as identity primary key,
			  application text not null,
			  script text not null,
			  checksum text not null,
			  statements integer not null,
			  applied_at timestamp with time zone not null default pg_catalog.clock_timestamp(),
			  instance text not null,
			  duration_ms bigint not null,
			  outcome text not null,
			  outside_done integer not null default 0,
			  server_version integer not null,
			  fingerprint text not null,
			  parts text not null,
			  stamp text not null,
			  oids oid[] not null,
			  roots text[] not null,
			  definitions text[] not null)"""));

	private static final String ACCESS = """
			select current_user as role, s.name as schema, pg_catalog.to_regnamespace(pg_catalog.quote_ident(s.name)) is not null as schema_exists,
			  pg_catalog.has_schema_privilege(pg_catalog.to_regnamespace(pg_catalog.quote_ident(s.name))::oid, 'usage') as usage,
			  pg_catalog.has_schema_privilege(pg_catalog.to_regnamespace(pg_catalog.quote_ident(s.name))::oid, 'create') as may_create,
			  pg_catalog.has_database_privilege(pg_catalog.current_database(), 'create') as may_create_schema,
			  pg_catalog.current_database() as database, t.oid is not null as table_exists,
			  pg_catalog.has_table_privilege(t.oid, 'select') as may_select, pg_catalog.has_table_privilege(t.oid, 'insert') as may_insert,
			  pg_catalog.has_table_privilege(t.oid, 'update') as may_update, pg_catalog.has_table_privilege(t.oid, 'delete') as may_delete,
			  pg_catalog.obj_description(t.oid, 'pg_class') as comment,
			  pg_catalog.row_security_active(t.oid) and not exists (select from pg_catalog.pg_policy p
			    where p.polrelid = t.oid and p.polpermissive and p.polcmd in ('*', 'r') and exists (select
			      from pg_catalog.unnest(p.polroles) r where r = 0 or pg_catalog.pg_has_role(r, 'usage'))) as hidden,
			  array(select n.nspname::text from pg_catalog.pg_class e join pg_catalog.pg_namespace n on n.oid = e.relnamespace
			    where e.relname = '%1$s' and e.relkind in ('r', 'p') and n.nspname <> s.name order by 1) as elsewhere
			from (select coalesce(?::text, pg_catalog.current_schema()::text) as name) s
			  left join pg_catalog.pg_class t on t.relname = '%1$s'
			    and t.relnamespace = pg_catalog.to_regnamespace(pg_catalog.quote_ident(s.name))::oid"""
		.formatted(NAME);

	private final @Nullable String schema;

	private final List<List<String>> layouts;

	HistoryTable(@Nullable String schema) {
		this(schema, LAYOUTS);
	}

	HistoryTable(@Nullable String schema, List<List<String>> layouts) {
		this.schema = schema;
		this.layouts = layouts;
	}

	/**
	 * Returns the name for queries that come before any statement of a script.
	 */
	String name() {
		return (this.schema != null) ? SqlNames.always(this.schema) + "." + NAME : NAME;
	}

	/**
	 * Returns the condition for that name, since a search path leads on to the table of
	 * another schema where the first one has none.
	 */
	String condition() {
		return (this.schema != null) ? ""
				: " and h.tableoid = pg_catalog.to_regclass(pg_catalog.quote_ident(pg_catalog.current_schema()) || '."
						+ NAME + "')";
	}

	/**
	 * Looks for the table.
	 * @param connection an open connection
	 * @return what was found, and what the role may do with it
	 * @throws SQLException if the server cannot be asked
	 */
	HistoryAccess find(Connection connection) throws SQLException {
		return access(connection);
	}

	/**
	 * Makes the table, if it is not there, and brings its layout up to date.
	 * @param connection a connection with an open transaction that holds the lock
	 * @param access what was found
	 * @throws SQLException if the server refuses
	 * @throws SchemaScriptException if the role may not use or make it
	 */
	void prepare(Connection connection, HistoryAccess access) throws SQLException {
		access.demand();
		if (access.layout() >= this.layouts.size()) {
			return;
		}
		try (Statement statement = connection.createStatement()) {
			if (!access.schemaExists()) {
				statement.execute("create schema " + SqlNames.always(access.schema()));
			}
			for (int layout = access.layout(); layout < this.layouts.size(); layout++) {
				for (String step : this.layouts.get(layout)) {
					statement.execute(step.formatted(access.name()));
				}
			}
			statement.execute("comment on table " + access.name() + " is '" + LAYOUT + this.layouts.size() + "'");
		}
	}

	private HistoryAccess access(Connection connection) throws SQLException {
		try (PreparedStatement statement = connection.prepareStatement(ACCESS)) {
			statement.setString(1, this.schema);
			try (ResultSet row = statement.executeQuery()) {
				row.next();
				String found = row.getString("schema");
				if (found == null) {
					throw new SchemaScriptException(
							"There is no schema for the table " + NAME + ": the search path leads to none",
							"Set pgkeel.schema.history-schema to the schema that is to hold it.", null);
				}
				List<String> missing = new ArrayList<>();
				for (String privilege : List.of("select", "insert", "update", "delete")) {
					if (!row.getBoolean("may_" + privilege)) {
						missing.add(privilege.toUpperCase(Locale.ROOT));
					}
				}
				return new HistoryAccess(row.getString("role"), row.getString("database"), found,
						row.getBoolean("schema_exists"), row.getBoolean("usage"), row.getBoolean("may_create"),
						row.getBoolean("may_create_schema"), row.getBoolean("table_exists"), missing,
						row.getString("comment"), row.getBoolean("hidden"),
						(this.schema != null) ? List.of() : List.of((String[]) row.getArray("elsewhere").getArray()));
			}
		}
	}

	/**
	 * Explains that the role may not read the table.
	 * @param connection a connection in autocommit mode
	 * @param cause the server's refusal
	 * @return the exception to throw
	 * @throws SQLException if the server cannot be asked
	 */
	SchemaScriptException unreadable(Connection connection, SQLException cause) throws SQLException {
		HistoryAccess access = access(connection);
		if (access.isReadable()) {
			// row_security is off, and asks for an error in the place of what is left out
			return access.rowSecurity(cause);
		}
		String grants = access.usage() ? "" : "GRANT USAGE ON SCHEMA %s TO %s; "
			.formatted(SqlNames.quoted(access.schema()), SqlNames.quoted(access.role()));
		return new SchemaScriptException(
				"Role " + access.role() + " may not read the history of the schema scripts, "
						+ SqlNames.quoted(access.schema()) + "." + NAME + " (SQLSTATE " + cause.getSQLState() + ")",
				"Ask the table's owner for: " + grants + "GRANT SELECT ON %s.%s TO %s;"
					.formatted(SqlNames.quoted(access.schema()), NAME, SqlNames.quoted(access.role())),
				cause);
	}

}
