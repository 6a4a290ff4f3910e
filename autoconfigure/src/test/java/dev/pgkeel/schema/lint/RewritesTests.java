package dev.pgkeel.schema.lint;

import java.util.List;
import java.util.regex.Matcher;

import dev.pgkeel.testsupport.TestDatabase;
import dev.pgkeel.testsupport.TestServer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests that what is to be written instead does what the statement did, and only once.
 */
@Tag("compatibility")
class RewritesTests {

	private static final String ATTRIBUTE = "select count(*) from pg_attribute where attname = 'b' and attrelid = 'x'::regclass";

	private static final String CONSTRAINT = "select count(*) from pg_constraint where conname = 'b'";

	private final TestDatabase database = TestServer.shared().newDatabase();

	@ParameterizedTest
	@CsvSource(delimiter = '|',
			value = { "create type x as (a int) | alter type x add attribute b int | x b",
					"create type x as (a int) | alter type x add attribute if not exists b int | x b",
					"create type x as (a int) | alter type x rename attribute if exists a to b | x a",
					"create table x (a int) | alter table x rename column if exists a to b | x a" })
	void columnIsThere(String setup, String statement, String names) {
		assertThatGuarded(setup, statement, names, ATTRIBUTE);
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', value = {
			"create domain x as int | alter domain x add constraint b check (value > 0) | x b",
			"create domain x as int | alter domain x add constraint if not exists b check (value > 0) | x b",
			"create table x (a int) | alter table x add constraint b check (a > 0) | x b",
			"create table x (a int) | alter table x add constraint if not exists b check (a > 0) | x b",
			"create table x (a int); create unique index b on x (a)"
					+ " | alter table x add constraint b unique using index b | x b",
			"create table x (a int); create unique index a on x (a)"
					+ " | alter table x add constraint b unique using index a | x b",
			"create table x (a int, constraint a check (a > 0)) | alter table x rename constraint if exists a to b"
					+ " | x a",
			"create domain x as int constraint a check (value > 0) | alter domain x rename constraint if exists a"
					+ " to b | x a" })
	void constraintIsThere(String setup, String statement, String names) {
		assertThatGuarded(setup, statement, names, CONSTRAINT);
	}

	@Test
	void constraintOfADomainThatHasNoNameIsNamed() {
		this.database.execute("create domain x as int");
		String rewrite = finding("alter domain x add check (value > 0)").rewrite();
		assertThat(rewrite).startsWith("Give it a name, and write ");
		runTwice(rewrite.substring("Give it a name, and write ".length()),
				"alter domain x add constraint b check (value > 0)", "x b");
		assertThat(this.database.query(CONSTRAINT, Long.class)).isOne();
	}

	@Test
	void constraintOfADomainIsDroppedAsSuch() {
		LintFinding finding = finding("alter domain x drop constraint b");
		assertThat(finding.message()).startsWith("DROP CONSTRAINT b fails");
		assertThat(finding.rewrite()).isEqualTo("Write DROP CONSTRAINT IF EXISTS");
	}

	@Test
	void partThatIsRenamedIsLookedForByItsOldName() {
		for (String statement : List.of("alter table x rename column a to b", "alter type x rename attribute a to b")) {
			assertThat(finding(statement)).extracting(LintFinding::id, LintFinding::rewrite)
				.containsExactly("rename-once",
						"Write DO $$ BEGIN IF EXISTS (SELECT FROM pg_attribute WHERE attrelid = '...'::regclass AND"
								+ " attname = '...') THEN ...; END IF; END $$");
		}
		assertThat(finding("alter table x rename constraint a to b"))
			.extracting(LintFinding::id, LintFinding::message, LintFinding::rewrite)
			.containsExactly("rename-once",
					"renaming or moving CONSTRAINT a of x to b fails on the second run (42704 undefined_object)",
					"Write DO $$ BEGIN IF EXISTS (SELECT FROM pg_constraint WHERE conrelid = '...'::regclass AND"
							+ " conname = '...') THEN ...; END IF; END $$");
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', value = {
			"create table if not exists a (id int) | alter table if exists a rename to b | ALTER TABLE IF EXISTS",
			"create table if not exists a (id int) | alter table a rename to b | ALTER TABLE IF EXISTS",
			"create index if not exists a on x (c) | alter index if exists a rename to b | ALTER INDEX IF EXISTS",
			"alter table x add column if not exists a int | alter table x rename a to b | DO $$ BEGIN IF EXISTS" })
	void whatTheScriptMakesAgainIsMadeUnderItsNewName(String create, String rename, String guard) {
		assertThat(Lint.last(List.of(create), rename)).filteredOn((finding) -> finding.id().equals("rename-once"))
			.singleElement()
			.satisfies((finding) -> assertThat(finding.rewrite())
				.startsWith("Make it under its new name, and above that write " + guard));
	}

	@Test
	void tableThatIsMadeUnderItsNewNameKeepsItsRows() {
		this.database.execute("create table a (id int); insert into a values (1)");
		String rename = "alter table if exists a rename to b";
		String create = "create table if not exists b (id int)";
		for (int i = 0; i < 2; i++) {
			this.database.execute(rename);
			this.database.execute(create);
		}
		assertThat(this.database.query("select count(*) from b where to_regclass('a') is null", Long.class)).isOne();
		assertThat(Lint.last(List.of(rename), create)).isEmpty();
		assertThat(Lint.last(List.of(), rename)).isEmpty();
	}

	@Test
	void handlerOfAValueThatIsRenamedIsForTheMissingOne() {
		assertThat(finding("alter type x rename value if exists 'a' to 'b'").rewrite())
			.isEqualTo("Write DO $$ BEGIN ...; EXCEPTION WHEN invalid_parameter_value THEN NULL; END $$");
	}

	private void assertThatGuarded(String setup, String statement, String names, String query) {
		this.database.execute(setup);
		String rewrite = finding(statement).rewrite();
		assertThat(rewrite).startsWith("Write ");
		runTwice(rewrite.substring("Write ".length()), statement.replaceFirst(" if (not )?exists", ""), names);
		assertThat(this.database.query(query, Long.class)).isOne();
	}

	private void runTwice(String guard, String statement, String names) {
		String script = guard.replace("...;", statement + ";");
		for (String name : names.split(" ")) {
			script = script.replaceFirst("'\\.\\.\\.'", Matcher.quoteReplacement("'" + name + "'"));
		}
		this.database.execute(script);
		this.database.execute(script);
	}

	private static LintFinding finding(String statement) {
		List<LintFinding> findings = Lint.last(List.of(), statement);
		return findings.stream().filter((finding) -> finding.severity() != LintSeverity.HINT).findFirst().orElseThrow();
	}

}
