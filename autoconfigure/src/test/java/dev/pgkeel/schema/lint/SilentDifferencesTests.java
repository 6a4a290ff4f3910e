package dev.pgkeel.schema.lint;

import java.sql.Connection;
import java.util.List;

import dev.pgkeel.schema.Splitting;
import dev.pgkeel.testsupport.TestDatabase;
import dev.pgkeel.testsupport.TestServer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link SilentDifferences}.
 */
class SilentDifferencesTests {

	private static final String SCRIPT = """
			create table if not exists notes (id serial primary key, body varchar(200) not null, done boolean,
			  "Odd name" numeric(10, 2), constraint positive check (id > 0));
			create index if not exists notes_body on notes (body);
			create unique index if not exists notes_done on notes (lower(body)) where done;
			""";

	private final TestDatabase database = TestServer.shared().newDatabase();

	@Test
	void saysNothingOfWhatTheScriptMade() throws Exception {
		for (String statement : SCRIPT.split(";")) {
			if (!statement.isBlank()) {
				this.database.execute(statement);
			}
		}
		assertThat(differences(SCRIPT)).isEmpty();
		assertThat(
				this.database.query("select count(*) from pg_class where relname like 'pgkeel_declared%'", Long.class))
			.isZero();
	}

	@Test
	void findsMissingColumnsAndOtherTypes() throws Exception {
		this.database.execute("create table notes (id bigint, body varchar(100), \"Odd name\" numeric(10, 2))");
		assertThat(differences(SCRIPT)).containsExactly(
				"notes.sql:1:1 warning [silently-differs] id of notes is bigint and not integer: CREATE TABLE IF NOT EXISTS"
						+ " leaves a table that is there as it is. Add ALTER TABLE ... ALTER COLUMN ... TYPE, or correct the"
						+ " script",
				"notes.sql:1:1 warning [silently-differs] body of notes is character varying(100) and not character"
						+ " varying(200): CREATE TABLE IF NOT EXISTS leaves a table that is there as it is. Add ALTER TABLE"
						+ " ... ALTER COLUMN ... TYPE, or correct the script",
				"notes.sql:1:1 warning [silently-differs] notes has no column done: CREATE TABLE IF NOT EXISTS leaves a"
						+ " table that is there as it is. Add ALTER TABLE ... ADD COLUMN IF NOT EXISTS");
	}

	@Test
	void findsOtherIndexes() throws Exception {
		this.database
			.execute("create table notes (id int, body varchar(200), done boolean, \"Odd name\" numeric(10, 2))");
		this.database.execute("create index notes_body on notes (body, id)");
		this.database.execute("create index notes_done on notes (lower(body)) where done");
		assertThat(differences(SCRIPT)).hasSize(2)
			.satisfies((all) -> assertThat(all.get(0)).contains("notes.sql:3:1", "btree (body, id)"))
			.satisfies((all) -> assertThat(all.get(1)).contains("notes.sql:4:1", "another definition"));
	}

	@Test
	void findsInvalidIndexes() throws Exception {
		this.database
			.execute("create table notes (id int, body varchar(200), done boolean, \"Odd name\" numeric(10, 2))");
		this.database.execute("create index notes_body on notes (body)");
		this.database.execute("update pg_index set indisvalid = false where indexrelid = 'notes_body'::regclass");
		assertThat(differences(SCRIPT)).singleElement().asString().contains("index notes_body is INVALID");
	}

	@Test
	void findsViewsInPlaceOfTables() throws Exception {
		this.database.execute("create view notes as select 1 as id");
		assertThat(differences("create table if not exists notes (id int)")).singleElement()
			.asString()
			.contains("notes is a view");
	}

	@Test
	void leavesOutWhatTheScriptsChangeThemselves() throws Exception {
		this.database
			.execute("create table notes (id bigint, text varchar(200), done boolean, \"Odd name\" numeric(10, 2))");
		assertThat(differences(SCRIPT + """
				alter table notes alter column id type bigint;
				do $$ begin
				  if exists (select from pg_attribute where attrelid = 'notes'::regclass and attname = 'body') then
				    alter table notes rename column body to text;
				  end if;
				end $$;
				""")).isEmpty();
	}

	@ParameterizedTest
	@ValueSource(
			strings = { "set search_path = app", "set search_path to app, public", "set local search_path = 'app'" })
	void looksIntoTheSchemaThatTheScriptSets(String path) throws Exception {
		this.database
			.execute("create table notes (id bigint, text varchar(200)); create index notes_body on notes (text);"
					+ "create schema app; create table app.notes (id int, body varchar(200));"
					+ "create index notes_body on app.notes (body)");
		String declared = path + """
				;
				create table if not exists notes (id int, body varchar(200));
				create index if not exists notes_body on notes (body);
				""";
		assertThat(differences(declared)).isEmpty();
		this.database.execute("alter table app.notes alter column id type bigint");
		assertThat(differences(declared)).singleElement().asString().contains("id of app.notes is bigint");
		assertThat(differences(declared + "alter table app.notes alter column id type int")).isEmpty();
	}

	@Test
	void schemaThatAScriptSetsEndsWithIt() throws Exception {
		this.database.execute("create table notes (id bigint)");
		SchemaLinter linter = new SchemaLinter();
		linter.add("1.sql", Lint.statement(1, "set search_path = app"));
		linter.add("2.sql", Lint.statement(1, "create table if not exists notes (id int)"));
		try (Connection connection = this.database.connect()) {
			assertThat(linter.differences(connection)).hasSize(1);
		}
	}

	@Test
	void isSilencedByComment() throws Exception {
		this.database.execute("create table notes (id bigint)");
		assertThat(differences(
				"-- pgkeel:ignore silently-differs grown by hand\n" + "create table if not exists notes (id int)"))
			.isEmpty();
	}

	private List<String> differences(String script) throws Exception {
		SchemaLinter linter = new SchemaLinter();
		Splitting.split("notes.sql", script).forEach((statement) -> linter.add("notes.sql", statement));
		try (Connection connection = this.database.connect()) {
			return linter.differences(connection).stream().map(LintFinding::toString).toList();
		}
	}

}
