package dev.pgkeel.schema;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import dev.pgkeel.testsupport.RequiresComponent;
import dev.pgkeel.testsupport.TestDatabase;
import dev.pgkeel.testsupport.TestServer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assumptions.assumeThat;

/**
 * Tests of scripts that cannot be applied, as a whole: nothing is left of them.
 */
class BadScriptTests {

	private static final String OBJECTS = "select count(*) from pg_class where relnamespace = 'public'::regnamespace";

	private final TestDatabase database = TestServer.shared().newDatabase();

	@TempDir
	private Path directory;

	private SchemaFolder folder;

	@BeforeEach
	void prepare() {
		this.folder = SchemaFolder.of(this.directory, this.database);
	}

	@ParameterizedTest
	@ValueSource(ints = { 1, 2, 99, 100, 101, 102, 250 })
	void failingStatementLeavesNothingAndIsNamed(int failing) {
		List<String> lines = new ArrayList<>();
		for (int i = 1; i <= 250; i++) {
			lines.add((i == failing) ? "  insert into absent values (1);" : "create table notes_" + i + " (id int);");
		}
		this.folder.write("1_notes.sql", String.join("\n", lines)).write("2_more.sql", "create table more (id int)");
		assertThatExceptionOfType(SchemaScriptException.class).isThrownBy(this.folder::apply)
			.withMessageStartingWith("1_notes.sql:" + failing
					+ ":15: relation \"absent\" does not exist (SQLSTATE 42P01, statement " + failing + ")")
			.withMessageEndingWith("    insert into absent values (1);%n                ^".formatted());
		assertThat(this.database.query(OBJECTS, Long.class)).isZero();
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|',
			textBlock = """
					select 'never closed; select 2;      | 1_notes.sql:3:8: this string is never closed
					select "never closed; select 2;      | 1_notes.sql:3:8: this quoted name is never closed
					select /* never /* */ closed;        | 1_notes.sql:3:8: this comment is never closed
					do $$ begin end; $x$; select $ 2;    | 1_notes.sql:3:4: this dollar quote is never closed
					\\i other.sql                        | 1_notes.sql:3:1: psql's backslash commands are not SQL
					commit;                              | 1_notes.sql:3:1: COMMIT is not allowed in a schema script
					copy notes from stdin;               | 1_notes.sql:3:1: COPY ... FROM stdin is not allowed in a schema script
					drop database postgres;              | 1_notes.sql:3:1: DROP DATABASE is not allowed in a schema script
					""")
	void whatCannotBeSplitIsRefusedBeforeAnythingRuns(String text, String message) {
		this.folder.write("0_first.sql", "create table first (id int)")
			.write("1_notes.sql", "create table notes (id int);\n\n" + text + "\nselect 2;\n");
		assertThatExceptionOfType(SchemaScriptException.class).isThrownBy(this.folder::apply)
			.withMessageStartingWith(message.strip());
		assertThat(this.database.query(OBJECTS, Long.class)).isZero();
	}

	@Test
	void otherEncodingIsRefusedAndNothingIsStored() throws IOException {
		this.folder.write("0_first.sql", "create table first (id int)");
		Files.write(this.directory.resolve("1_notes.sql"),
				"create table notes (body text);\ninsert into notes values ('Zürich')"
					.getBytes(StandardCharsets.ISO_8859_1));
		assertThatExceptionOfType(SchemaScriptException.class).isThrownBy(this.folder::apply)
			.withMessage("Schema script 1_notes.sql is not UTF-8: byte 0xfc at offset 60 (line 2)");
		assertThat(this.database.query(OBJECTS, Long.class)).isZero();
	}

	@Test
	void zeroCharacterIsRefused() {
		this.folder.write("1_notes.sql", "create table notes (id int);\nselect '\0'");
		assertThatExceptionOfType(SchemaScriptException.class).isThrownBy(this.folder::apply)
			.withMessage("Schema script 1_notes.sql:2:9 has a zero character");
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "-- only a comment", "/* only a comment; */\r\n", "\uFEFF", ";;" })
	void scriptWithoutAStatementIsNoMistake(String text) {
		assertThat(this.folder.write("1_notes.sql", text).apply().scripts()).singleElement()
			.satisfies((script) -> assertThat(script.statements()).isZero());
	}

	@Test
	void byteOrderMarkAndWindowsLineEndsAreNoMistake() {
		this.folder.write("1_notes.sql", "\uFEFFcreate table notes (\r\n  id int\r\n);\r\n-- end\r\nselect 1;\r\n")
			.apply();
		this.folder.write("1_notes.sql", "create table notes (\n  id int\n);\n-- end\nselect 1;\n");
		assertThat(this.folder.apply().outcome()).isEqualTo(SchemaReport.Outcome.UNCHANGED);
	}

	@ParameterizedTest
	@ValueSource(strings = { "\n", "\r", "\r\n" })
	void placeIsRightWithAnyLineEnds(String end) {
		this.folder.write("1_notes.sql", String.join(end, "-- a comment", "create table notes (id int);", ""));
		assertThat(this.folder.apply().scripts()).singleElement()
			.satisfies((script) -> assertThat(script.statements()).isOne());
		assertThat(this.database.query("select count(*) from notes", Long.class)).isZero();
		this.folder.write("1_notes.sql",
				String.join(end, "-- a comment", "select 1;", "select 2, -- more", "  absent", "from notes;"));
		assertThatExceptionOfType(SchemaScriptException.class).isThrownBy(this.folder::apply)
			.withMessageStartingWith("1_notes.sql:4:3: column \"absent\" does not exist")
			.withMessageEndingWith("    absent%n    ^".formatted());
	}

	@Test
	void hintOfTheServerIsShown() {
		this.folder.write("1_notes.sql", "create table notes (body text);\nselect bodi from notes");
		assertThatExceptionOfType(SchemaScriptException.class).isThrownBy(this.folder::apply)
			.withMessageContaining("Hint: Perhaps you meant to reference the column \"notes.body\".")
			.withMessageEndingWith("  select bodi from notes%n         ^".formatted());
	}

	@Test
	void statementThatOnlyTheServerKnowsToNeedNoTransactionIsExplained() {
		this.folder.write("1_notes.sql",
				"create subscription s connection 'host=127.0.0.1' publication p with (connect = false, create_slot = false);\ndrop subscription s;\ncreate subscription s connection 'host=127.0.0.1' publication p");
		assertThatExceptionOfType(SchemaScriptException.class).isThrownBy(this.folder::apply)
			.satisfies((ex) -> assertThat(ex.getAction()).contains("run it by hand"));
	}

	@Test
	void statementThatOnlyTheDriverReadsOtherwiseIsNamed() {
		this.folder.write("1_notes.sql", "create table notes (id int);\n  select 1 /*/ ; */ + 1;\nselect 2");
		assertThatExceptionOfType(SchemaScriptException.class).isThrownBy(this.folder::apply)
			.withMessageStartingWith("1_notes.sql:2:3: ")
			.satisfies((ex) -> assertThat(ex.getAction()).doesNotContain("event trigger"));
		assertThat(this.database.query(OBJECTS, Long.class)).isZero();
	}

	@Test
	void tooManyLocksAreExplained() {
		this.folder.write("1_notes.sql",
				"do $$ begin for i in 1..50000 loop execute 'create table notes_' || i || ' ()'; end loop; end $$");
		assertThatExceptionOfType(SchemaScriptException.class).isThrownBy(this.folder::apply)
			.withMessageContaining("(SQLSTATE 53200")
			.satisfies((ex) -> assertThat(ex.getAction()).contains("max_locks_per_transaction"));
		assertThat(this.database.query(OBJECTS, Long.class)).isZero();
	}

	@ParameterizedTest
	@ValueSource(
			strings = { "select * from dblink('host=127.0.0.1 port=1 connect_timeout=5', 'select 1') as other (id int)",
					"do $$ begin raise 'the other server is down' using errcode = '08006'; end $$",
					"do $$ begin raise 'the other server shuts down' using errcode = '57P01'; end $$" })
	void otherServerThatIsDownIsNotThisOne(String statement) {
		this.folder.write("1_notes.sql", "create extension if not exists dblink;\n" + statement);
		assertThatExceptionOfType(SchemaScriptException.class).isThrownBy(this.folder::apply)
			.withMessageStartingWith("1_notes.sql:2")
			.withMessageContaining(", statement 2)")
			.satisfies((ex) -> assertThat(ex.getAction()).containsIgnoringCase("correct the script")
				.doesNotContain("database reachable"));
		assertThat(this.database.query(OBJECTS, Long.class)).isZero();
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "savepoint before_it; release before_it;" })
	void transactionThatTakesTooLongIsExplained(String savepoints) {
		assumeThat(TestServer.shared().majorVersion()).isGreaterThanOrEqualTo(17);
		this.database.execute("alter database " + this.database.name() + " set transaction_timeout = '3s'");
		this.folder.write("1_notes.sql", savepoints + "create table notes (id int);\nselect pg_sleep(60)");
		assertThatExceptionOfType(SchemaScriptException.class).isThrownBy(this.folder::apply)
			.withMessageContaining("due to transaction timeout")
			.withMessageContaining("(SQLSTATE 25P04")
			.satisfies((ex) -> assertThat(ex.getAction()).contains("Raise transaction_timeout"));
		assertThat(this.database.query(OBJECTS, Long.class)).isZero();
	}

	@Test
	@RequiresComponent({ "mount", "umount" })
	void fullDiskLeavesNothing() throws Exception {
		Path disk = Files.createTempDirectory("pgkeel-full-");
		run("mount", "-t", "tmpfs", "-o", "size=4m,mode=777", "none", disk.toString());
		String space = "small_" + this.database.name().substring(5);
		try {
			this.database.execute("create tablespace " + space + " location '" + disk + "'");
			this.folder.write("1_notes.sql", """
					create table notes (id int);
					create table big (body text) tablespace %s;
					insert into big select repeat(md5(i::text), 50) from generate_series(1, 20000) i;
					""".formatted(space));
			assertThatExceptionOfType(SchemaScriptException.class).isThrownBy(this.folder::apply)
				.withMessageStartingWith("1_notes.sql:3:1: ")
				.withMessageContaining("No space left on device")
				.withMessageContaining("(SQLSTATE 53100, statement 3)")
				.satisfies((ex) -> assertThat(ex.getAction()).contains("Make room"));
			assertThat(this.database.query(OBJECTS, Long.class)).isZero();
			this.database.execute("drop tablespace " + space);
		}
		finally {
			run("umount", disk.toString());
			Files.delete(disk);
		}
	}

	private static void run(String... command) throws IOException, InterruptedException {
		Process process = new ProcessBuilder(command).inheritIO().start();
		assertThat(process.waitFor()).as(String.join(" ", command)).isZero();
	}

}
