package dev.pgkeel.schema.lint;

import java.io.IOException;
import java.util.List;

import dev.pgkeel.schema.Splitting;
import dev.pgkeel.schema.SqlStatement;
import dev.pgkeel.testsupport.TestDatabase;
import dev.pgkeel.testsupport.TestServer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests that nothing is said of scripts that leave the same rows however often they run.
 */
@Tag("compatibility")
class HarmlessScriptsTests {

	private static final String TABLE = "create table if not exists t (id int primary key, n int, s text);"
			+ "insert into t values (1, 10, 'new') on conflict do nothing;";

	private final TestDatabase database = TestServer.shared().newDatabase();

	@ParameterizedTest
	@ValueSource(strings = { "update t set n = n * 2, s = 'doubled' where s = 'new'",
			"update t set s = case when s in ('new', 'open') then 'active' else s end",
			"update t set s = case when (s = 'new') and (n > 1) then 'active' else (s) end",
			"update t set s = coalesce(s, md5('x'))", "update t set n = coalesce(t.n, (select max(id) + 1 from t))",
			"update t set s = cast(s as varchar(20)), n = n::numeric(10, 2)" })
	void updateThatChangesNothingAgain(String update) throws Exception {
		assertThatNothingIsSaid(TABLE + update);
	}

	@ParameterizedTest
	@ValueSource(strings = { "update t set n = n * 2 where id = 1", "update t set s = coalesce(s, '') || '!'",
			"update t set n = coalesce(n, 0) + 1", "update t set s = coalesce(md5(s), 'x')",
			"update t set n = n * 2, s = 'x' where id = 1" })
	void updateThatChangesMoreEachTimeIsStillFound(String update) throws Exception {
		assertThat(findings(TABLE + update)).extracting(LintFinding::id).containsExactly("relative-update");
	}

	@ParameterizedTest
	@ValueSource(strings = { "create unique index if not exists u on k (lower(s))",
			"create unique index if not exists u on k (s) where n = 1",
			"create unique index if not exists u on k ((true))",
			"do $$ begin if to_regclass('k_s_key') is null then alter table k add unique (s); end if; end $$",
			"do $$ begin if not exists (select from pg_constraint where conname = 'e') then"
					+ " alter table k add constraint e exclude (s with =); end if; end $$" })
	void conflictWithAKeyThatIsNoListOfColumns(String key) throws Exception {
		assertThatNothingIsSaid("create table if not exists k (s text, n int);" + key
				+ "; insert into k values ('a', 1) on conflict do nothing");
	}

	@ParameterizedTest
	@ValueSource(strings = { "create table if not exists k (like t including all)",
			"create table if not exists k partition of p for values from (1) to (10)" })
	void conflictWithAKeyOfAnotherTable(String table) throws Exception {
		assertThatNothingIsSaid(
				TABLE + "create table if not exists p (id int primary key, n int, s text) partition by range (id);"
						+ table + "; insert into k values (1, 2, 'a') on conflict do nothing");
	}

	@ParameterizedTest
	@ValueSource(strings = {
			"create table if not exists k (id int primary key, s text);"
					+ "create unique index if not exists k_id on k (id); truncate k; insert into k values (1, 'a')",
			"create table if not exists k (id int, s text); alter table k drop constraint if exists k_s;"
					+ "alter table k add constraint k_s unique (s);"
					+ "delete from k where s = 'a'; insert into k (id, s) values (1, 'a')",
			"create table if not exists k (id int primary key, s text); alter table k drop constraint if exists k_pkey;"
					+ "delete from k; insert into k values (1, 'a'); insert into k values (1, 'b')",
			"create table if not exists k (id int, s text); create unique index if not exists k_s on k (s);"
					+ "drop index if exists k_s; delete from k; insert into k values (1, 'a'); insert into k values (2, 'a');"
					+ "delete from k where id = 2" })
	void rowsOfATableWhoseKeysAreMadeAgainOrDropped(String script) throws Exception {
		this.database.execute(script);
		List<String> before = rows();
		this.database.execute(script);
		assertThat(rows()).isEqualTo(before);
		assertThat(findings(script)).extracting(LintFinding::id).doesNotContain("insert-key");
	}

	@Test
	void argumentTypesWithModifiers() throws Exception {
		String script = "drop function if exists f(varchar, numeric, timestamp with time zone);"
				+ "create function f(a varchar(20), b numeric(10, 2), c timestamp(3) with time zone) returns int"
				+ " language sql as 'select 1'";
		this.database.execute(script);
		this.database.execute(script);
		assertThat(findings(script)).extracting(LintFinding::id).containsExactly("drop-create");
	}

	@Test
	void rowsThatAreReplaced() throws Exception {
		assertThatNothingIsSaid(TABLE + "delete from t where id = 2; insert into t values (2, 20, 'two')");
	}

	@Test
	void tableThatIsTemporary() throws Exception {
		assertThatNothingIsSaid(
				TABLE + "drop table if exists chosen; create temporary table chosen as select id from t;"
						+ "update t set s = 'old' where id in (select id from chosen); drop table chosen");
	}

	private void assertThatNothingIsSaid(String script) throws Exception {
		this.database.execute(script);
		List<String> before = rows();
		this.database.execute(script);
		assertThat(rows()).isEqualTo(before);
		assertThat(findings(script)).isEmpty();
	}

	private List<String> rows() {
		return List.of(this.database.query("""
				select string_agg(query_to_xml('select * from ' || relname || ' order by 1', true, true, '')::text, '')
				from pg_class where relkind in ('r', 'p') and relnamespace = 'public'::regnamespace""", String.class));
	}

	private static List<LintFinding> findings(String script) throws IOException {
		SchemaLinter linter = new SchemaLinter();
		for (SqlStatement statement : Splitting.split("t.sql", script)) {
			linter.add("t.sql", statement);
		}
		return linter.findings().stream().filter((finding) -> finding.severity() != LintSeverity.HINT).toList();
	}

}
