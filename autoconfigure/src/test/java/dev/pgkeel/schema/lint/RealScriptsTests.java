package dev.pgkeel.schema.lint;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

import dev.pgkeel.schema.Splitting;
import dev.pgkeel.schema.SqlStatement;
import dev.pgkeel.testsupport.RequiresComponent;
import dev.pgkeel.testsupport.TestDatabase;
import dev.pgkeel.testsupport.TestServer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests the linter and the splitter on scripts that others wrote: those of the server's
 * extensions and system views, and those in the jars of well-known libraries. The server
 * runs each statement twice.
 */
class RealScriptsTests {

	private static final String NEXT = "===== next script =====";

	@TempDir
	private Path folder;

	@Test
	void saysOfRealScriptsWhatTheServerDoes() throws Exception {
		Map<String, Confusion> confusions = new LinkedHashMap<>();
		Confusion all = new Confusion("real scripts on PostgreSQL " + TestServer.shared().majorVersion());
		Confusion blocks = new Confusion("of them in DO");
		int refusedAtOnce = 0;
		try (Connection connection = TestServer.shared().newDatabase().connect()) {
			new ServerTruth(connection).prepare();
			for (RealScript script : scripts()) {
				Confusion confusion = confusions.computeIfAbsent(script.group(), Confusion::new);
				refusedAtOnce += compare(connection, script, List.of(confusion, all), blocks);
			}
		}
		confusions.values().forEach(System.out::println);
		System.out.println(all);
		System.out.println(blocks);
		System.out.println("left out, since they fail on the first run already: " + refusedAtOnce);
		assertThat(all.precision()).as(all.toString()).isGreaterThanOrEqualTo(0.98);
		assertThat(all.recall()).as(all.toString()).isGreaterThanOrEqualTo(0.98);
		assertThat(all.hits()).isGreaterThan(1000);
	}

	/**
	 * In a failed transaction each statement that psql sends is refused, and counted.
	 */
	@Test
	@RequiresComponent("psql")
	void splitsRealScriptsIntoAsManyStatementsAsPsql() throws Exception {
		List<String> texts = scripts().stream().flatMap((script) -> script.texts().stream()).toList();
		List<Integer> split = texts.stream().map((text) -> Splitting.split("script", text).size()).toList();
		assertThat(split).isEqualTo(psql(texts));
		int statements = split.stream().mapToInt(Integer::intValue).sum();
		System.out.println("as many statements as psql: " + statements);
		assertThat(statements).isGreaterThan(1000);
	}

	private static List<RealScript> scripts() throws IOException {
		TestDatabase database = TestServer.shared().newDatabase();
		Path share = Path.of(database.query("select setting from pg_config where name = 'SHAREDIR'", String.class));
		List<RealScript> scripts = new ArrayList<>(RealScript.inJars());
		scripts.addAll(RealScript.ofServer(share));
		return scripts;
	}

	/**
	 * Returns how many statements each text has for psql.
	 */
	private List<Integer> psql(List<String> texts) throws IOException, InterruptedException {
		TestDatabase database = TestServer.shared().newDatabase();
		StringBuilder all = new StringBuilder("begin; select 1/0;\n");
		texts.forEach((text) -> all.append("\\warn ").append(NEXT).append('\n').append(text).append('\n'));
		Path script = Files.writeString(this.folder.resolve("script.sql"), all);
		Path errors = this.folder.resolve("errors.txt");
		ProcessBuilder builder = new ProcessBuilder("psql", "-X", "-q", "-f", script.toString(), "-h", "localhost",
				"-p", String.valueOf(TestServer.shared().port()), "-U", database.username(), database.name());
		builder.environment().put("PGCLIENTENCODING", "UTF8");
		builder.environment().put("LC_ALL", "C");
		builder.redirectError(errors.toFile()).redirectOutput(ProcessBuilder.Redirect.DISCARD).start().waitFor();
		String[] sections = Files.readString(errors, StandardCharsets.UTF_8).split(NEXT);
		return Arrays.stream(sections)
			.skip(1)
			.map((section) -> (int) section.lines()
				.filter((line) -> line.contains("current transaction is aborted"))
				.count())
			.toList();
	}

	/**
	 * Compares, and returns how many statements failed on the first run: a script that
	 * has never run is no script yet.
	 */
	private static int compare(Connection connection, RealScript script, List<Confusion> confusions, Confusion blocks)
			throws SQLException {
		int failed = 0;
		connection.setAutoCommit(false);
		try {
			run(connection, script.setup());
			ServerTruth truth = new ServerTruth(connection);
			List<Map.Entry<SqlStatement, String>> all = statements(script);
			List<@Nullable String> first = attempt(truth, all.stream().map(Map.Entry::getKey).toList());
			Map<SqlStatement, String> good = new LinkedHashMap<>();
			for (int i = 0; i < all.size(); i++) {
				if (first.get(i) == null) {
					good.put(all.get(i).getKey(), all.get(i).getValue());
				}
				else {
					failed++;
				}
			}
			List<@Nullable String> again = attempt(truth, List.copyOf(good.keySet()));
			Set<SqlStatement> said = said(script, good);
			int index = 0;
			for (SqlStatement statement : good.keySet()) {
				@Nullable String second = again.get(index++);
				ServerTruth.Outcome outcome = new ServerTruth.Outcome(null, second);
				String text = script.name() + " " + statement.text();
				confusions.forEach((confusion) -> confusion.add(outcome, said.contains(statement), false, text));
				if (statement.word(0).equals("DO")) {
					blocks.add(outcome, said.contains(statement), false, text);
				}
			}
			return failed;
		}
		finally {
			connection.rollback();
		}
	}

	private static List<Map.Entry<SqlStatement, String>> statements(RealScript script) {
		List<Map.Entry<SqlStatement, String>> statements = new ArrayList<>();
		int number = 0;
		for (String text : script.texts()) {
			String name = script.name() + ++number;
			Splitting.split(name, text).forEach((statement) -> statements.add(Map.entry(statement, name)));
		}
		return statements;
	}

	private static List<@Nullable String> attempt(ServerTruth truth, List<SqlStatement> statements)
			throws SQLException {
		return truth.attemptAll(statements.stream().map(SqlStatement::text).toList());
	}

	private static Set<SqlStatement> said(RealScript script, Map<SqlStatement, String> good) {
		SchemaLinter linter = new SchemaLinter();
		script.setup()
			.stream()
			.filter((sql) -> sql.toLowerCase(Locale.ROOT).startsWith("set "))
			.forEach((sql) -> linter.add("setup", Lint.statement(1, sql)));
		good.forEach((statement, name) -> linter.add(name, statement));
		Set<SqlStatement> said = new HashSet<>();
		for (LintFinding finding : linter.findings()) {
			if (Lint.secondRunFails(List.of(finding))) {
				good.forEach((statement, name) -> {
					if (name.equals(finding.script()) && statement.position().line() <= finding.position().line()
							&& last(statement) >= finding.position().line()) {
						said.add(statement);
					}
				});
			}
		}
		return said;
	}

	private static int last(SqlStatement statement) {
		return statement.position().line() + (int) statement.text().chars().filter((ch) -> ch == '\n').count();
	}

	private static void run(Connection connection, List<String> sql) throws SQLException {
		try (Statement statement = connection.createStatement()) {
			for (String each : sql) {
				statement.execute(each);
			}
		}
	}

}
