package dev.pgkeel.schema;

import java.util.List;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for {@link SqlSplitter}.
 */
class SqlSplitterTests {

	@Test
	void statementsEndAtSemicolons() {
		assertThat(split("select 1; select 2 ;\n\nselect 3")).containsExactly("select 1", "select 2", "select 3");
	}

	@ParameterizedTest
	@ValueSource(strings = { "", " \n\t", ";", ";;\n;", "-- only a comment", "/* only; a comment */", "-- a;b\n;" })
	void nothingToRunIsNoStatement(String text) {
		assertThat(split(text)).isEmpty();
	}

	@ParameterizedTest
	@ValueSource(strings = { "select ';'", "select 'it''s;'", "select E'\\';'", "select e'a\\\\'", "select U&'\\003b;'",
			"select \"a;b\"", "select \"a\"\"b;c\" from t", "select 1 /* a; /* b; */ c; */ + 1", "select 1 -- a;\n + 1",
			"do $$ begin perform 1; end; $$", "do $body$ begin perform '$$;'; end $body$", "select $1$2",
			"select $tag$a;$tag$ || $$b;$$", "select 'a' 'b;'", "select a$b$c from t",
			"create rule r as on insert to t do also (insert into u values (1); delete from v)",
			"create function f() returns int language sql begin atomic select 1; select 2; end",
			"create or replace procedure p() begin atomic select case when true then 1 end; end",
			"create function begin_it() returns int as $$ begin; $$ language sql", "select 'ä;ö' || $ü$;$ü$" })
	void oneStatementStaysWhole(String statement) {
		assertThat(split(statement + ";\nselect 2")).containsExactly(statement, "select 2");
	}

	@Test
	void standardStringHasNoBackslashEscapes() {
		assertThat(split("select '\\'; select 2")).containsExactly("select '\\'", "select 2");
	}

	@Test
	void parameterIsNoDollarQuote() {
		assertThat(split("select $1; select $2")).containsExactly("select $1", "select $2");
	}

	@Test
	void endOfAnOrdinaryStatementIsNoBody() {
		assertThat(split("select case when true then 1 end; select 2")).hasSize(2);
	}

	@Test
	void offsetPointsAtTheFirstWord() {
		String text = "-- ä\n/* b */  select 1;\n  select 2";
		List<SqlStatement> statements = SqlSplitter.split(script(text));
		assertThat(statements).extracting((statement) -> Position.of(text, statement.offset()))
			.containsExactly(new Position(2, 10), new Position(3, 3));
	}

	@ParameterizedTest
	@MethodSource("unclosed")
	void whatIsNeverClosedIsReportedWhereItOpens(String text, String message) {
		assertThatExceptionOfType(SchemaScriptException.class).isThrownBy(() -> split(text)).withMessage(message);
	}

	static Stream<Arguments> unclosed() {
		return Stream.of(Arguments.of("select 1;\n\n  'abc\n\n", "1_notes.sql:3:3: this string is never closed"),
				Arguments.of("select \"a;\n", "1_notes.sql:1:8: this quoted name is never closed"),
				Arguments.of("do $x$ begin $$ end\n", "1_notes.sql:1:4: this dollar quote is never closed"),
				Arguments.of("select 1;\n/* /* */ select 2", "1_notes.sql:2:1: this comment is never closed"));
	}

	@ParameterizedTest
	@ValueSource(strings = { "begin", "BEGIN ISOLATION LEVEL SERIALIZABLE", "start transaction", "commit", "end work",
			"rollback", "rollback and chain", "abort", "prepare transaction 'x'", "commit prepared 'x'" })
	void transactionOfItsOwnIsRefused(String command) {
		assertThatExceptionOfType(SchemaScriptException.class).isThrownBy(() -> split("select 1;\n" + command + ";"))
			.withMessageStartingWith("1_notes.sql:2:1: ")
			.withMessageEndingWith(" is not allowed in a schema script")
			.satisfies((ex) -> assertThat(ex.getAction()).contains("one transaction"));
	}

	@ParameterizedTest
	@ValueSource(strings = { "savepoint a", "release savepoint a", "rollback to savepoint a", "ROLLBACK WORK TO a",
			"prepare p as select 1" })
	void savepointsAreAllowed(String command) {
		assertThat(split(command)).containsExactly(command);
	}

	@Test
	void commandOfPsqlIsRefused() {
		assertThatExceptionOfType(SchemaScriptException.class).isThrownBy(() -> split("select 1;\n\\i other.sql\n"))
			.withMessage("1_notes.sql:2:1: psql's backslash commands are not SQL");
	}

	private static List<String> split(String text) {
		return SqlSplitter.split(script(text)).stream().map(SqlStatement::text).toList();
	}

	private static SchemaScript script(String text) {
		return new SchemaScript("1_notes.sql", text, "");
	}

}
