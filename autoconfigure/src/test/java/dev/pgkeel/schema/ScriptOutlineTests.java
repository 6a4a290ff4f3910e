package dev.pgkeel.schema;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link ScriptOutline}, and for what is told apart in a script.
 */
class ScriptOutlineTests {

	@Test
	void statementsAreCountedAndThoseThatRunOutsideAreKept() {
		ScriptOutline outline = outline(
				"create table a ();\ncreate unique index concurrently i on a (b);\nvacuum a;\nselect 1");
		assertThat(outline.name()).isEqualTo("1_notes.sql");
		assertThat(outline.statements()).isEqualTo(4);
		assertThat(outline.outside()).extracting(SqlStatement::number).containsExactly(2, 3);
		assertThat(outline.ownTransaction()).isFalse();
		assertThat(outline.savepoints()).isFalse();
	}

	@ParameterizedTest
	@ValueSource(strings = { "-- pgkeel:own-transaction a later script uses the value", "--pgkeel:own-transaction\tso",
			"--  pgkeel:own-transaction  " })
	void ownTransactionMayHaveAReason(String line) {
		assertThat(outline(line + "\nselect 1").ownTransaction()).isTrue();
	}

	@Test
	void ownTransactionIsAskedForAtTheHeadAlone() {
		assertThat(outline("-- pgkeel:own-transaction\nselect 1; select 2").ownTransaction()).isTrue();
		assertThat(outline("select 1;\n-- pgkeel:own-transaction\nselect 2").ownTransaction()).isFalse();
		assertThat(outline("-- pgkeel:own\nselect 1").ownTransaction()).isFalse();
		assertThat(outline("-- pgkeel:own-transactions\nselect 1").ownTransaction()).isFalse();
		assertThat(outline("-- no pgkeel:own-transaction here\nselect 1").ownTransaction()).isFalse();
	}

	@Test
	void longTextAfterAQuotationMarkIsRead() {
		String text = "insert into notes values ('a passage from \"Moby Dick: " + "x".repeat(100_000) + "')";
		assertThat(outline(text).names().contains(null, "notes", true)).isTrue();
		assertThat(outline("select * from \"" + "x\"\"".repeat(100_000) + "\"").statements()).isOne();
		assertThat(outline("select set_config('search_path', '" + "x''".repeat(100_000) + "', false)").settings())
			.hasSize(1);
	}

	@ParameterizedTest
	@ValueSource(strings = { "savepoint a", "release a", "rollback to a" })
	void savepointsAreSeen(String command) {
		assertThat(outline("select 1;\n" + command + ";\nselect 2").savepoints()).isTrue();
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', value = { "vacuum a|true", "reindex table concurrently a|true", "reindex table a|false",
			"create index concurrently i on a (b)|true", "create index i on a (b)|false",
			"create unique index concurrently i on a (b)|true", "drop index concurrently i|true", "drop index i|false",
			"alter table a detach partition b concurrently|true", "alter table a detach partition b|false",
			"alter table a rename to concurrently|false", "create table concurrently ()|false" })
	void whatNoTransactionHoldsIsTold(String command, boolean outside) {
		assertThat(outline(command).outside()).hasSize(outside ? 1 : 0);
	}

	@ParameterizedTest
	@ValueSource(strings = { "select * from stdin", "insert into t select * from stdin",
			"comment on table t is 'copy t from stdin'", "select copy from stdin", "copy stdin from '/tmp/notes'",
			"copy stdout to '/tmp/notes'", "copy t from stdout" })
	void stdinIsAnOrdinaryNameElsewhere(String command) {
		assertThat(outline(command).statements()).isOne();
	}

	private static ScriptOutline outline(String text) {
		return ScriptOutline.of(TextScript.of("1_notes.sql", text));
	}

}
