package dev.pgkeel.schema;

import java.util.List;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
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
			"create function f() returns int begin /* x */ -- y;\n atomic select 1; end",
			"create function begin() returns begin begin atomic select 1; select 2; end",
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

	@ParameterizedTest
	@ValueSource(strings = { "create or replace function tx.begin() returns int language sql as 'select 1'",
			"create procedure begin() language sql as 'select 1'",
			"create function begin(atomic int) returns int language sql as 'select 1'",
			"create function f() returns begin.atomic language sql as 'select 1'" })
	void nameOfARoutineIsNoBody(String statement) {
		assertThat(split(statement + "; select 2; select 3")).containsExactly(statement, "select 2", "select 3");
	}

	@Test
	void positionIsThatOfTheFirstWord() {
		String text = "-- ä\n/* b */  select 1;\n  select 2";
		List<SqlStatement> statements = SqlSplitter.split(script(text));
		assertThat(statements).extracting(SqlStatement::position)
			.containsExactly(new Position(2, 10), new Position(3, 3));
	}

	@ParameterizedTest
	@ValueSource(strings = { "\n", "\r", "\r\n" })
	void lineEndsWithACarriageReturnToo(String end) {
		String text = String.join(end, "-- first; comment", "select 1 -- second; comment", " + 1;", "",
				"-- pgkeel:allow-loss notes old", "  select 'ä',", "  x");
		List<SqlStatement> statements = SqlSplitter.split(script(text));
		assertThat(statements).extracting(SqlStatement::position)
			.containsExactly(new Position(2, 1), new Position(6, 3));
		assertThat(statements.get(0).text()).endsWith(" + 1");
		assertThat(statements.get(1).directives()).containsExactly("pgkeel:allow-loss notes old");
		assertThat(statements.get(1).positionOf(statements.get(1).text().indexOf('x'))).isEqualTo(new Position(7, 3));
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

	@ParameterizedTest
	@ValueSource(strings = { "copy t from stdin", "COPY t (a, b) FROM STDIN WITH (FORMAT csv)", "copy t to stdout",
			"copy (select 1) to stdout" })
	void copyThroughTheClientIsRefused(String command) {
		assertThatExceptionOfType(SchemaScriptException.class)
			.isThrownBy(() -> split("select 1;\n" + command + ";\n1\t'x\n\\.\n"))
			.withMessageStartingWith("1_notes.sql:2:1: COPY ... ")
			.satisfies((ex) -> assertThat(ex.getAction()).contains("INSERT"));
	}

	@ParameterizedTest
	@ValueSource(strings = { "drop database a", "create database a", "alter system set x = 1", "discard all",
			"create tablespace a location '/'", "drop tablespace a", "cluster", "reindex database a",
			"reindex (verbose) schema table_a", "alter database a set tablespace b" })
	void whatNoTransactionCanHoldIsRefusedByName(String command) {
		assertThatExceptionOfType(SchemaScriptException.class).isThrownBy(() -> split("select 1;\n" + command + ";"))
			.withMessageStartingWith("1_notes.sql:2:1: ")
			.withMessageContaining("it cannot run in a transaction");
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|',
			value = { "copy t from stdin|COPY ... FROM stdin", "copy t to stdout|COPY ... TO stdout",
					"start transaction|START TRANSACTION", "drop database a|DROP DATABASE",
					"alter database a set tablespace b|ALTER DATABASE ... SET TABLESPACE",
					"reindex schema a|REINDEX SCHEMA", "cluster|CLUSTER without a table" })
	void whatIsRefusedIsNamed(String command, String name) {
		assertThatExceptionOfType(SchemaScriptException.class).isThrownBy(() -> split(command))
			.withMessageStartingWith("1_notes.sql:1:1: " + name + " is not allowed in a schema script");
	}

	@ParameterizedTest
	@ValueSource(strings = { "create index concurrently a on t (b)", "create unique index concurrently on t (b)",
			"CREATE INDEX CONCURRENTLY IF NOT EXISTS \"A\" ON t (b)", "drop index concurrently if exists a",
			"reindex index concurrently a", "reindex (concurrently) table a", "reindex (verbose, concurrently) table a",
			"reindex database concurrently a", "alter table t detach partition p concurrently", "vacuum",
			"vacuum (analyze) t" })
	void someRunOutsideOfATransaction(String command) {
		assertThat(SqlSplitter.split(script(command))).singleElement().matches(StatementRules::runsOutside);
	}

	@ParameterizedTest
	@ValueSource(strings = { "create index a on concurrently (b)", "refresh materialized view concurrently v",
			"reindex table schema", "drop index concurrently_a", "cluster t", "discard plans",
			"alter table t detach partition p", "alter database a set work_mem = 1",
			"create table vacuum_log (a int)" })
	void othersRunInTheTransaction(String command) {
		assertThat(SqlSplitter.split(script(command))).singleElement()
			.matches((statement) -> !StatementRules.runsOutside(statement));
	}

	@Test
	void directivesBelongToTheStatementBelow() {
		List<SqlStatement> statements = SqlSplitter.split(script("""
				-- pgkeel:own-transaction
				-- another comment
				select 1; -- pgkeel:allow-loss notes no longer needed
				--pgkeel:allow-loss other because
				drop -- pgkeel:ignored
				table notes;
				select '-- pgkeel:no'
				"""));
		assertThat(statements).extracting(SqlStatement::directives)
			.containsExactly(List.of("pgkeel:own-transaction"),
					List.of("pgkeel:allow-loss notes no longer needed", "pgkeel:allow-loss other because"), List.of());
	}

	private static List<String> split(String text) {
		return SqlSplitter.split(script(text)).stream().map(SqlStatement::text).toList();
	}

	private static SchemaScript script(String text) {
		return TextScript.of("1_notes.sql", text);
	}

}
