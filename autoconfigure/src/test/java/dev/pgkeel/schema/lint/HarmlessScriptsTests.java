package dev.pgkeel.schema.lint;

import java.io.IOException;
import java.util.List;

import dev.pgkeel.schema.Splitting;
import dev.pgkeel.schema.SqlStatement;
import dev.pgkeel.testsupport.TestDatabase;
import dev.pgkeel.testsupport.TestServer;
import org.junit.jupiter.api.Tag;
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
