package dev.pgkeel.schema.lint;

import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests that the linter looks at what a statement says and not at how it is written.
 */
class SameVerdictTests {

	private static final Set<String> NAMES = Set.of("x", "y", "t", "t2", "tid", "ix", "ix2", "px", "part", "p1", "v",
			"v9", "vv", "sq", "s1", "en", "en2", "ct", "dm", "f", "f2", "g", "pr", "trgf", "etf", "r1", "r2", "cf",
			"ag", "ti", "tg", "ot", "cty", "ch", "pa", "np", "nk", "mv", "ck", "ck2", "uq", "ux", "exc", "fk", "pk",
			"pix", "pix1", "tt", "a2", "srv", "a", "b", "newcol", "id", "nosuch");

	@Test
	void staysAfterRenaming() throws Exception {
		assertSame((sql) -> rewritten(sql, " ", (token) -> "other_" + token));
	}

	@Test
	void staysAfterQuoting() throws Exception {
		assertSame((sql) -> rewritten(sql, " ", (token) -> "\"New; \"\"" + token + "\"\" -- name\""));
	}

	@Test
	void staysAfterReflowing() throws Exception {
		assertSame((sql) -> rewritten(sql, "\n\t \r\n", UnaryOperator.identity()));
	}

	@Test
	void staysWithComments() throws Exception {
		assertSame((sql) -> rewritten(sql, " /* ; ' /* if not exists */ $$ */ -- or replace ' ; $$\n",
				UnaryOperator.identity()));
	}

	@Test
	void staysWithCommentsThatEndAtACarriageReturn() throws Exception {
		assertSame((sql) -> rewritten(sql, " -- or replace ' ; $$\r", UnaryOperator.identity()));
	}

	@Test
	void staysInUpperCase() throws Exception {
		assertSame((sql) -> sql.contains("'") ? sql : sql.toUpperCase(Locale.ROOT));
	}

	@Test
	void staysInBlock() throws Exception {
		for (CatalogueCase one : CatalogueCase.all()) {
			assertThat(ids(one.before(), one.inBlock(""))).as(one.statement())
				.isEqualTo(ids(one.before(), one.statement()));
		}
	}

	@Test
	void staysInNestedBlock() throws Exception {
		for (CatalogueCase one : CatalogueCase.all()) {
			String block = one.inBlock("")
				.replaceFirst("^do \\$do\\$ begin (.*) end \\$do\\$$",
						"do \\$do\\$ <<outer>> declare i int := 1; begin i := i + 1; begin $1 end; end outer \\$do\\$");
			assertThat(ids(one.before(), block)).as(block).isEqualTo(ids(one.before(), one.statement()));
		}
	}

	private static void assertSame(UnaryOperator<String> change) throws Exception {
		for (CatalogueCase one : CatalogueCase.all()) {
			String changed = change.apply(one.statement());
			List<String> before = one.before().stream().map(change).toList();
			assertThat(ids(before, changed)).as(changed).isEqualTo(ids(one.before(), one.statement()));
		}
	}

	private static Set<String> ids(List<String> before, String statement) {
		return Lint.last(before, statement)
			.stream()
			.map(LintFinding::id)
			.collect(Collectors.toCollection(TreeSet::new));
	}

	private static String rewritten(String sql, String between, UnaryOperator<String> rename) {
		StringBuilder text = new StringBuilder();
		for (Token token : Lexer.tokens(sql)) {
			String written = sql.substring(token.start(), token.end());
			text.append(between)
				.append((token.kind() == Token.Kind.WORD && NAMES.contains(written)) ? rename.apply(written) : written);
		}
		return text.toString();
	}

}
