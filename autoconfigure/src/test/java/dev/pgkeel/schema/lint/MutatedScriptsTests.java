package dev.pgkeel.schema.lint;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

import dev.pgkeel.schema.Position;
import dev.pgkeel.schema.SchemaScriptException;
import dev.pgkeel.schema.Splitting;
import dev.pgkeel.schema.SqlStatement;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import org.springframework.core.io.ClassPathResource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests that no script, however broken, makes the splitter or the linter fail or hang.
 * The system property {@code pgkeel.test.mutations} asks for more scripts.
 */
class MutatedScriptsTests {

	private static final int SCRIPTS = Integer.getInteger("pgkeel.test.mutations", 5_000);

	private static final List<String> PIECES = List.of("'", "\"", "$$", "$a$", "(", ")", ";", "--", "/*", "*/", "\n",
			" begin ", " end ", " exception when ", " if ", " then ", " loop ", " execute ", " create ", " table ",
			" or replace ", " if not exists ", " as ", ",", ".", "%I", "\\", "E'", " case ", " function ", " do ", "ä",
			"\uD83D\uDE00", "<<", " declare ", " on ", " add ", " constraint ", " values ", " select ", " into ",
			" using ");

	@Test
	@Timeout(1500)
	void neverFails() throws Exception {
		List<String> sources = sources();
		Random random = new Random(7);
		int whole = 0;
		int statements = 0;
		for (int i = 0; i < SCRIPTS; i++) {
			String script = mutated(sources.get(random.nextInt(sources.size())), sources, random);
			List<SqlStatement> split = split(script);
			if (split != null) {
				whole++;
				statements += split.size();
				assertJoins(script, split);
			}
			lint((split != null) ? split : List.of(Lint.statement(1, script)));
		}
		System.out
			.println(SCRIPTS + " mutated scripts, " + whole + " of them split into " + statements + " statements");
		assertThat(whole).isGreaterThan(SCRIPTS / 10);
	}

	@Test
	void readsWhatIsCutOffAnywhere() throws Exception {
		for (String source : sources()) {
			for (Token token : Lexer.tokens(source)) {
				lint(List.of(Lint.statement(1, source.substring(0, token.end()))));
			}
		}
	}

	private static void lint(List<SqlStatement> statements) {
		SchemaLinter linter = new SchemaLinter();
		statements.forEach((statement) -> linter.add("mutated.sql", statement));
		assertThat(linter.findings())
			.allSatisfy((finding) -> assertThat(finding.toString()).startsWith("mutated.sql:"));
	}

	/**
	 * What is refused with its place is refused well.
	 */
	private static @Nullable List<SqlStatement> split(String script) {
		try {
			return Splitting.split("mutated.sql", script);
		}
		catch (SchemaScriptException ex) {
			assertThat(ex).hasMessageContaining("mutated.sql");
			return null;
		}
	}

	/**
	 * The statements stand in the script where they say, in order, and between them are
	 * only semicolons, white space and comments.
	 */
	private static void assertJoins(String script, List<SqlStatement> statements) {
		StringBuilder joined = new StringBuilder();
		int end = 0;
		for (SqlStatement statement : statements) {
			int start = offset(script, statement.position(), end);
			String between = script.substring(end, start);
			assertThat(Lexer.tokens(between)).allMatch((token) -> token.isSymbol(";"));
			end = start + statement.text().length();
			joined.append(between).append(statement.text());
		}
		assertThat(Lexer.tokens(script.substring(end))).allMatch((token) -> token.isSymbol(";"));
		joined.append(script.substring(end));
		assertThat(joined.toString().getBytes(StandardCharsets.UTF_8))
			.isEqualTo(script.getBytes(StandardCharsets.UTF_8));
	}

	private static int offset(String script, Position position, int from) {
		int line = 1;
		int start = 0;
		while (line < position.line()) {
			start = script.indexOf('\n', start) + 1;
			line++;
		}
		int offset = script.offsetByCodePoints(start, position.column() - 1);
		assertThat(offset).isGreaterThanOrEqualTo(from);
		return offset;
	}

	private static String mutated(String source, List<String> sources, Random random) {
		StringBuilder script = new StringBuilder(source);
		for (int i = 1 + random.nextInt(4); i > 0; i--) {
			int at = boundary(script, random.nextInt(script.length() + 1));
			int to = boundary(script, Math.min(script.length(), at + random.nextInt(20)));
			switch (random.nextInt(4)) {
				case 0 -> script.delete(at, to);
				case 1 -> script.insert(at, PIECES.get(random.nextInt(PIECES.size())));
				case 2 -> script.replace(at, to, PIECES.get(random.nextInt(PIECES.size())));
				default -> script.insert(at, sources.get(random.nextInt(sources.size())));
			}
		}
		return script.toString();
	}

	private static int boundary(CharSequence text, int at) {
		return (at > 0 && at < text.length() && Character.isLowSurrogate(text.charAt(at))) ? at - 1 : at;
	}

	private static List<String> sources() throws Exception {
		List<String> sources = new ArrayList<>();
		for (CatalogueCase one : CatalogueCase.all()) {
			sources.add(one.statement() + ";\n");
			sources.add(one.inBlock("exception when others then null;") + ";\n");
		}
		sources.add(new ClassPathResource("lint/recipe.sql").getContentAsString(StandardCharsets.UTF_8));
		return sources;
	}

}
