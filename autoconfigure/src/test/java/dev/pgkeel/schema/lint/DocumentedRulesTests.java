package dev.pgkeel.schema.lint;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import dev.pgkeel.schema.Splitting;
import dev.pgkeel.schema.SqlStatement;
import dev.pgkeel.testsupport.TestDatabase;
import dev.pgkeel.testsupport.TestServer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests that the examples of {@code docs/schema-lint.md} are what they are said to be,
 * for the linter and for the server.
 */
class DocumentedRulesTests {

	private static final Pattern EXAMPLES = Pattern.compile(
			"### ([a-z-]+)\n.*?```sql\n-- says .*?\n(.*?)```\n```sql\n-- says nothing of it\n(.*?)```", Pattern.DOTALL);

	private static final Pattern DIFFERENCES = Pattern
		.compile("```sql\n-- on a (table .*?): (.*?)\n(.*?)```\n```sql\n-- says nothing\n(.*?)```", Pattern.DOTALL);

	private static final Set<String> FAIL_AT_ONCE = Set.of("no-such-clause");

	private static final Set<String> CHANGE = Set.of("unnamed-object", "insert-again", "relative-update", "using-again",
			"emptied-table", "sequence-set", "drop-create");

	@Test
	void tellsAboutEveryRule() throws Exception {
		assertThat(examples().map(Example::id))
			.containsExactlyInAnyOrderElementsOf(SchemaLinter.rules().stream().map(LintRule::id).toList());
	}

	@ParameterizedTest
	@MethodSource("examples")
	void linterSaysSo(Example example) {
		assertThat(ids(example.bad())).contains(example.id());
		assertThat(ids(example.good())).doesNotContain(example.id());
		assertThat(severe(example.good())).isEmpty();
	}

	@ParameterizedTest
	@MethodSource("examples")
	void serverDoesSo(Example example) throws Exception {
		if (FAIL_AT_ONCE.contains(example.id())) {
			assertThat(run(newDatabase(), example.bad())).isEqualTo("42601");
			assertRunsTwice(example.good());
		}
		else if (CHANGE.contains(example.id())) {
			assertThat(changesOnSecondRun(example.bad())).isTrue();
			assertThat(changesOnSecondRun(example.good())).isFalse();
		}
		else if (example.id().equals("hidden-errors")) {
			assertThat(run(newDatabase(), example.bad())).isNull();
			assertThat(run(newDatabase(), example.good())).isEqualTo("42P01");
		}
		else if (example.id().equals("skipped-statement")) {
			assertThat(columnIsAdded(example.bad())).isFalse();
			assertThat(columnIsAdded(example.good())).isTrue();
		}
		else if (example.id().equals("waits-for-readers")) {
			assertThat(stateBehindReader(example.bad())).isEqualTo("55P03");
			assertThat(stateBehindReader(example.good())).isNull();
		}
		else {
			TestDatabase database = newDatabase();
			assertThat(run(database, example.bad())).isNull();
			String state = run(database, example.bad());
			assertThat(state).isNotNull();
			assertThat(messages(example.bad())).anyMatch((message) -> message.contains(state));
			assertRunsTwice(example.good());
		}
	}

	@Test
	void silentDifferencesAreFound() throws Exception {
		Matcher matcher = DIFFERENCES.matcher(page());
		assertThat(matcher.find()).isTrue();
		TestDatabase database = newDatabase();
		database.execute("create " + matcher.group(1));
		assertThat(differences(database, matcher.group(3))).singleElement()
			.satisfies((finding) -> assertThat(finding.id()).isEqualTo(SilentDifferences.ID))
			.satisfies((finding) -> assertThat(finding.message()).startsWith(matcher.group(2)));
		assertThat(differences(database, matcher.group(4))).isEmpty();
		assertThat(run(database, matcher.group(3))).isNull();
	}

	private static List<LintFinding> differences(TestDatabase database, String script) throws SQLException {
		SchemaLinter linter = new SchemaLinter();
		Splitting.split("example.sql", script).forEach((statement) -> linter.add("example.sql", statement));
		try (Connection connection = database.connect()) {
			return linter.differences(connection);
		}
	}

	private static void assertRunsTwice(String script) throws SQLException {
		TestDatabase database = newDatabase();
		assertThat(run(database, script)).isNull();
		assertThat(run(database, script)).isNull();
	}

	private static boolean changesOnSecondRun(String script) throws SQLException {
		TestDatabase database = newDatabase();
		assertThat(run(database, script)).isNull();
		if (script.contains("notes")) {
			database.execute("insert into notes values (7)");
		}
		if (script.contains("setval")) {
			database.execute("select nextval('numbers')");
			if (script.contains("bills")) {
				database.execute("insert into bills default values");
				run(database, script);
			}
		}
		String before = fingerprint(database);
		assertThat(run(database, script)).isNull();
		return !fingerprint(database).equals(before);
	}

	/**
	 * Everything that a second run may change, and keeps when it is harmless.
	 */
	private static String fingerprint(TestDatabase database) {
		return database.query("""
				select coalesce(string_agg(c.oid::text || c.relname || c.relkind::text || coalesce(c.relacl::text, '')
				  || coalesce(pg_sequence_last_value(case when c.relkind = 'S' then c.oid end)::text, '')
				  || coalesce(case when c.relkind = 'r' then query_to_xml('select * from ' || c.oid::regclass,
				     true, true, '')::text end, ''), ',' order by c.oid), '')
				from pg_class c where c.relnamespace = 'public'::regnamespace""", String.class);
	}

	private static boolean columnIsAdded(String script) throws SQLException {
		TestDatabase database = newDatabase();
		database.execute("create type plan as enum ('free')");
		assertThat(run(database, script)).isNull();
		return database.query(
				"select exists (select from pg_attribute where attrelid = 'notes'::regclass and attname = 'plan')",
				Boolean.class);
	}

	private static @Nullable String stateBehindReader(String script) throws SQLException {
		TestDatabase database = newDatabase();
		assertThat(run(database, script)).isNull();
		try (Connection reader = database.connect(); Statement query = reader.createStatement()) {
			reader.setAutoCommit(false);
			query.execute("select * from notes");
			return run(database, "set lock_timeout = '500ms';\n" + script);
		}
	}

	/**
	 * Runs a script in one transaction.
	 * @return the SQLSTATE, {@code null} if it ran well
	 */
	private static @Nullable String run(TestDatabase database, String script) throws SQLException {
		try (Connection connection = database.connect(); Statement statement = connection.createStatement()) {
			connection.setAutoCommit(false);
			try {
				for (SqlStatement sql : Splitting.split("example.sql", script)) {
					statement.execute(sql.text());
				}
				connection.commit();
				return null;
			}
			catch (SQLException ex) {
				connection.rollback();
				return ex.getSQLState();
			}
		}
	}

	private static TestDatabase newDatabase() {
		return TestServer.shared().newDatabase();
	}

	private static List<LintFinding> findings(String script) {
		SchemaLinter linter = new SchemaLinter();
		Splitting.split("example.sql", script).forEach((statement) -> linter.add("example.sql", statement));
		return linter.findings();
	}

	private static Set<String> ids(String script) {
		return findings(script).stream().map(LintFinding::id).collect(Collectors.toSet());
	}

	private static List<LintFinding> severe(String script) {
		return findings(script).stream().filter((finding) -> finding.severity() != LintSeverity.HINT).toList();
	}

	private static List<String> messages(String script) {
		return findings(script).stream().map(LintFinding::message).toList();
	}

	private static String page() throws IOException {
		return Files.readString(Path.of("..", "docs", "schema-lint.md"));
	}

	static Stream<Example> examples() throws Exception {
		String page = page();
		Map<String, Example> examples = new TreeMap<>();
		for (Matcher matcher = EXAMPLES.matcher(page); matcher.find();) {
			examples.put(matcher.group(1), new Example(matcher.group(1), matcher.group(2), matcher.group(3)));
		}
		return examples.values().stream();
	}

	/**
	 * Both examples of a rule.
	 *
	 * @param id the rule
	 * @param bad what it speaks of
	 * @param good what it does not speak of
	 */
	record Example(String id, String bad, String good) {

		@Override
		public String toString() {
			return this.id;
		}

	}

}
