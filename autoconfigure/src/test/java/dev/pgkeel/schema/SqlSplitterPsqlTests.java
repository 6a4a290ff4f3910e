package dev.pgkeel.schema;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

import dev.pgkeel.testsupport.RequiresComponent;
import dev.pgkeel.testsupport.TestDatabase;
import dev.pgkeel.testsupport.TestServer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests that {@link SqlSplitter} splits where PostgreSQL's own {@code psql} does, on
 * scripts made at random from what is hard to split.
 */
@RequiresComponent("psql")
class SqlSplitterPsqlTests {

	private static final int SCRIPTS = 2000;

	private static final String END = "== end of a script ==";

	private static final String LINE_COMMENT = "--c; ' $$ ( */\n";

	private static final String BLOCK_COMMENT = "/*c; ' /* $$ ; */ ( */";

	/**
	 * No semicolon stands right before a line end, which is how psql's echo ends a
	 * statement.
	 */
	private static final List<String> FRAGMENTS = List.of("select 1", " 'a; b' ", " E'a\\'; b' ", " e'\\\\' ", " '\\' ",
			" U&'d;a' ", " \"a; b\" ", " \"a\"\"; b\" ", " 'it''s; ' ", " $$ ; ' $$ ", " $a$ ; $$ ; $a$ ",
			" $b1$;$b1$ ", " $1 ", " $1$2 ", " a$b$c ", " x$1 ", " ( ", " ) ", " (;) ", " ; ", " ;; ", "\n",
			" case when end ", " end ", " begin atomic ", " create function f() ", " create or replace procedure p() ",
			" return 1; end ", " - ", " / ", " * ", " -1 ", " ::text ", " 1e5 ", " N'x; ' ", " B'1' ", " äö$ü ",
			" $ä$ ; $ä$ ", " [1] ", " @> ", " ? ", LINE_COMMENT, BLOCK_COMMENT);

	@TempDir
	private Path folder;

	@Test
	void splitsWherePsqlDoes() throws Exception {
		Random random = new Random(42);
		List<String> scripts = new ArrayList<>();
		List<List<String>> expected = new ArrayList<>();
		while (scripts.size() < SCRIPTS) {
			StringBuilder text = new StringBuilder();
			for (int part = 2 + random.nextInt(12); part > 0; part--) {
				text.append(FRAGMENTS.get(random.nextInt(FRAGMENTS.size())));
			}
			List<String> split = split(text.toString());
			if (split != null) {
				scripts.add(text.toString());
				expected.add(split);
			}
		}
		List<List<String>> actual = psql(TestServer.shared().newDatabase(), scripts);
		assertThat(actual).hasSize(SCRIPTS);
		for (int i = 0; i < SCRIPTS; i++) {
			assertThat(expected.get(i)).as(scripts.get(i)).isEqualTo(actual.get(i));
		}
	}

	/**
	 * Returns {@code null} for a script that would be refused, as with a BEGIN of its
	 * own.
	 */
	private static @Nullable List<String> split(String text) {
		List<SqlStatement> statements;
		try {
			statements = SqlSplitter.split(TextScript.of("random.sql", text));
		}
		catch (SchemaScriptException ex) {
			return null;
		}
		return statements.stream()
			.map((statement) -> normalized(statement.text()))
			.filter((statement) -> !statement.isEmpty())
			.toList();
	}

	/**
	 * In a failed transaction nothing but the echo of the statements comes out. One psql
	 * reads all scripts, each from a file of its own, at whose end it forgets what was
	 * open.
	 */
	private List<List<String>> psql(TestDatabase database, List<String> scripts)
			throws IOException, InterruptedException {
		StringBuilder all = new StringBuilder("begin; select 1/0;\n\\set ECHO queries\n");
		for (int i = 0; i < scripts.size(); i++) {
			Path script = Files.writeString(this.folder.resolve(i + ".sql"), scripts.get(i));
			all.append("\\i ").append(script).append("\n\\echo '").append(END).append("'\n");
		}
		Path file = Files.writeString(this.folder.resolve("all.sql"), all);
		Path echo = this.folder.resolve("echo.txt");
		ProcessBuilder builder = new ProcessBuilder("psql", "-X", "-q", "-f", file.toString(), "-h", "localhost", "-p",
				String.valueOf(TestServer.shared().port()), "-U", database.username(), database.name());
		builder.environment().put("PGCLIENTENCODING", "UTF8");
		Process psql = builder.redirectOutput(echo.toFile()).redirectError(ProcessBuilder.Redirect.DISCARD).start();
		psql.waitFor();
		return Arrays.stream(Files.readString(echo).split(END + "\n"))
			.map((statements) -> Arrays.stream(statements.split(";\n"))
				.map(SqlSplitterPsqlTests::normalized)
				.filter((statement) -> !statement.isEmpty())
				.toList())
			.toList();
	}

	private static String normalized(String statement) {
		return statement.replace(LINE_COMMENT, " ")
			.replace(LINE_COMMENT.strip(), " ")
			.replace(BLOCK_COMMENT, " ")
			.replaceAll("\\s+", " ")
			.replaceAll("[ ;]+$", "")
			.strip();
	}

}
