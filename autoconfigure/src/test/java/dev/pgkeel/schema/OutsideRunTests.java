package dev.pgkeel.schema;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

import dev.pgkeel.schema.SchemaReport.Outcome;
import dev.pgkeel.server.Preflight;
import dev.pgkeel.testsupport.TestDatabase;
import dev.pgkeel.testsupport.TestServer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.jdbc.datasource.SingleConnectionDataSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.tuple;

/**
 * Tests for {@link OutsideRun}, {@link InvalidIndex} and {@link PendingDetachment}.
 */
@Tag("compatibility")
@ExtendWith(OutputCaptureExtension.class)
class OutsideRunTests {

	private static final String SLOW = """
			create table notes (id int);
			insert into notes values (1);
			create function slow(n int) returns int immutable language plpgsql as
			  'begin perform pg_sleep(5); return n; end';
			""";

	private final TestDatabase database = TestServer.shared().newDatabase();

	@TempDir
	private Path directory;

	private SchemaFolder folder;

	@BeforeEach
	void prepare() {
		this.folder = SchemaFolder.of(this.directory, this.database);
	}

	@Test
	void statementsThatNoTransactionHoldsRunAfterTheCommit() {
		this.folder.write("1_notes.sql", """
				create table if not exists notes (id int) partition by range (id);
				create table if not exists notes_1 partition of notes for values from (1) to (2);
				create index concurrently if not exists notes_1_id on notes_1 (id);
				alter table notes detach partition notes_1 concurrently;
				reindex index concurrently notes_1_id;
				vacuum (analyze) notes_1;
				create table if not exists more (id int);
				""");
		assertThat(this.folder.apply().outcome()).isEqualTo(Outcome.APPLIED);
		assertThat(this.database.query("select to_regclass('more') is not null", Boolean.class)).isTrue();
		assertThat(valid("notes_1_id")).isTrue();
		assertThat(this.database.query("select relispartition from pg_class where relname = 'notes_1'", Boolean.class))
			.isFalse();
		assertThat(outcome()).isEqualTo("applied 4");
		assertThat(this.folder.apply().outcome()).isEqualTo(Outcome.UNCHANGED);
	}

	@Test
	void socketTimeoutOfAStatementOfItsOwnIsNamed() {
		this.database.execute(SLOW);
		this.folder.write("1_notes.sql", "create index concurrently notes_slow on notes (slow(id));");
		SchemaFolder limited = this.folder.withUrl(this.database.jdbcUrl() + "?socketTimeout=2");
		assertThatExceptionOfType(SchemaScriptException.class).isThrownBy(limited::apply)
			.withMessageStartingWith("1_notes.sql:1:1: ")
			.satisfies((ex) -> assertThat(ex.getAction()).contains("socketTimeout",
					"the next start goes on with this one"));
	}

	@Test
	void socketTimeoutOfTheUserStays() {
		this.folder.write("1_notes.sql",
				"create table if not exists notes (id int);\nselect pg_sleep(20);\nvacuum notes;");
		SchemaFolder limited = this.folder.withUrl(this.database.jdbcUrl() + "?socketTimeout=2");
		assertThatExceptionOfType(SchemaScriptException.class).isThrownBy(limited::apply)
			.satisfies((ex) -> assertThat(ex.getAction()).contains("socketTimeout"));
	}

	@Test
	void nextStartGoesOnWhereTheLastOneFailed() {
		this.database.execute("create table notes (id int); insert into notes values (1), (1)");
		this.folder.write("1_notes.sql", """
				create table if not exists more (id int);
				create index concurrently more_id on more (id);
				create unique index concurrently notes_id on notes (id);
				create index concurrently more_id2 on more (id);
				""");
		assertThatExceptionOfType(SchemaScriptException.class).isThrownBy(this.folder::apply)
			.withMessageStartingWith("1_notes.sql:3:1: could not create unique index")
			.withMessageContaining("(SQLSTATE 23505, statement 3)")
			.satisfies((ex) -> assertThat(ex.getAction()).contains("the next start goes on with this one"));
		assertThat(outcome()).isEqualTo("pending 1");
		assertThat(valid("notes_id")).isFalse();
		this.database.execute("delete from notes where ctid = '(0,1)'");
		assertThat(this.folder.apply().outcome()).isEqualTo(Outcome.APPLIED);
		assertThat(valid("notes_id")).isTrue();
		assertThat(valid("more_id2")).isTrue();
		assertThat(outcome()).isEqualTo("applied 3");
		assertThat(this.folder.apply().outcome()).isEqualTo(Outcome.UNCHANGED);
	}

	@ParameterizedTest
	@ValueSource(strings = { "table more cascade", "view seen" })
	void scriptWhoseObjectsAreGoneMeanwhileIsAppliedAnew(String object, CapturedOutput output) {
		this.database.execute("create table notes (id int); insert into notes values (1), (1)");
		this.folder.write("1_notes.sql", """
				create table if not exists more (id int);
				create or replace view seen as select id from more;
				create unique index concurrently if not exists notes_id on notes (id);
				create index concurrently if not exists more_id on more (id);
				""");
		assertThatExceptionOfType(SchemaScriptException.class).isThrownBy(this.folder::apply);
		assertThat(outcome()).isEqualTo("pending 0");
		this.database.execute("truncate notes; drop " + object);
		assertThat(this.folder.apply().outcome()).isEqualTo(Outcome.APPLIED);
		assertThat(output).contains(object.split(" ")[1] + " is missing");
		assertThat(valid("notes_id")).isTrue();
		assertThat(valid("more_id")).isTrue();
		assertThat(this.database.query("select count(*) from seen", Long.class)).isZero();
		assertThat(this.folder.apply().outcome()).isEqualTo(Outcome.UNCHANGED);
	}

	@ParameterizedTest
	@ValueSource(strings = { "create unique index concurrently if not exists notes_id on public.notes (id)",
			"create unique index concurrently if not exists notes_id -- one per id\n  on notes (id)",
			"create unique index /* a /* nested */ one */ concurrently if not exists\"notes_id\"/**/on only/**/notes (id)" })
	void invalidIndexIsBuiltAgain(String script, CapturedOutput output) throws Exception {
		this.database.execute("create table notes (id int); insert into notes values (1), (1)");
		try (Connection connection = this.database.connect(); Statement statement = connection.createStatement()) {
			statement.execute("create unique index concurrently notes_id on notes (id)");
		}
		catch (SQLException ex) {
			assertThat(ex.getSQLState()).isEqualTo("23505");
		}
		assertThat(valid("notes_id")).isFalse();
		this.database.execute("truncate notes");
		this.folder.write("1_notes.sql", script).apply();
		assertThat(valid("notes_id")).isTrue();
		assertThat(output.getOut()).contains("1_notes.sql:1:1: index notes_id is invalid");
	}

	/**
	 * The server cuts names after 63 bytes, and never within a character.
	 */
	@ParameterizedTest
	@ValueSource(strings = { "a", "A", "ä", "日", "😀" })
	void invalidIndexWithALongNameIsBuiltAgain(String character) throws Exception {
		this.database.execute("create table notes (id int); insert into notes values (1), (1)");
		String name = "x" + character.repeat(70);
		String create = "create unique index concurrently if not exists " + name + " on notes (id)";
		try (Connection connection = this.database.connect(); Statement statement = connection.createStatement()) {
			statement.execute(create);
		}
		catch (SQLException ex) {
			assertThat(ex.getSQLState()).isEqualTo("23505");
		}
		assertThat(valid(name)).isFalse();
		this.database.execute("truncate notes");
		this.folder.write("1_notes.sql", create).apply();
		assertThat(valid(name)).isTrue();
	}

	@Test
	void indexThatSomebodyElseBuildsIsWaitedFor(CapturedOutput output) throws Exception {
		this.database.execute("create table notes (id int)");
		this.folder.write("1_notes.sql", "create index concurrently if not exists notes_id on notes (id)");
		ExecutorService executor = Executors.newCachedThreadPool();
		try (Connection writer = this.database.connect(); Statement statement = writer.createStatement()) {
			writer.setAutoCommit(false);
			statement.execute("insert into notes values (1)");
			Future<?> builder = executor
				.submit(() -> this.database.execute("create index concurrently notes_id on notes (id)"));
			Awaitility.await()
				.until(() -> this.database.query("select to_regclass('notes_id') is not null", Boolean.class));
			long built = this.database.query("select 'notes_id'::regclass::oid::int8", Long.class);
			Future<SchemaReport> applying = executor.submit(this.folder::apply);
			Awaitility.await()
				.until(() -> output.getOut()
					.contains("1_notes.sql:1:1: index notes_id is being built by another session: waiting for it"));
			assertThat(applying).isNotDone();
			writer.rollback();
			builder.get();
			assertThat(applying.get().outcome()).isEqualTo(Outcome.APPLIED);
			assertThat(this.database.query("select 'notes_id'::regclass::oid::int8", Long.class)).isEqualTo(built);
		}
		finally {
			executor.shutdownNow();
		}
		assertThat(valid("notes_id")).isTrue();
		assertThat(output.getOut()).doesNotContain("is invalid");
	}

	@ParameterizedTest
	@ValueSource(strings = { "alter table notes detach partition notes_1 concurrently",
			"alter table if exists public.notes detach /* a part */ partition\"notes_1\"concurrently -- at last\n",
			"alter table only notes detach partition public . notes_1 CONCURRENTLY" })
	void detachmentThatWasInterruptedIsFinished(String detach, CapturedOutput output) throws Exception {
		this.database.execute("create table notes (id int) partition by range (id);"
				+ " create table notes_1 partition of notes for values from (1) to (2); insert into notes values (1)");
		this.folder.write("1_notes.sql", """
				create table if not exists more (id int);
				%s;
				create index concurrently if not exists notes_1_id on notes_1 (id);
				""".formatted(detach));
		try (Connection reader = this.database.connect(); Statement statement = reader.createStatement()) {
			reader.setAutoCommit(false);
			statement.execute("select * from notes");
			assertThatExceptionOfType(SchemaScriptException.class)
				.isThrownBy(this.folder.withStatementTimeout(Duration.ofSeconds(4))::apply)
				.withMessageContaining("(SQLSTATE 57014, statement 2)");
			assertThat(this.database.query("select inhdetachpending from pg_inherits", Boolean.class)).isTrue();
			reader.rollback();
		}
		assertThat(this.folder.apply().outcome()).isEqualTo(Outcome.APPLIED);
		assertThat(this.database.query("select count(*) from pg_inherits where inhdetachpending", Long.class)).isZero();
		assertThat(this.database.query("select relispartition from pg_class where relname = 'notes_1'", Boolean.class))
			.isFalse();
		assertThat(this.database.query("select count(*) from notes_1", Long.class)).isOne();
		assertThat(valid("notes_1_id")).isTrue();
		assertThat(outcome()).isEqualTo("applied 2");
		assertThat(output.getOut())
			.containsPattern("1_notes.sql:2:1: the detachment of .*notes_1\\S* was interrupted: finished");
		assertThat(this.folder.apply().outcome()).isEqualTo(Outcome.UNCHANGED);
	}

	@Test
	void indexInAnotherScriptThanItsTableIsNoDrift(CapturedOutput output) {
		this.folder.write("1_notes.sql", "create table if not exists notes (id int)")
			.write("2_index.sql", "create index concurrently if not exists notes_id on notes (id)");
		assertThat(this.folder.apply().outcome()).isEqualTo(Outcome.APPLIED);
		assertThat(verify()).isEqualTo(Outcome.UNCHANGED);
		this.folder.write("1_notes.sql", """
				create table if not exists notes (id int);
				alter table notes add column if not exists body text;
				""");
		assertThat(this.folder.apply().outcome()).isEqualTo(Outcome.APPLIED);
		assertThat(verify()).isEqualTo(Outcome.UNCHANGED);
		assertThat(outcome()).isEqualTo("applied 1");
		assertThat(output.getOut()).doesNotContain("is applied again");
	}

	@Test
	void indexThatAnEarlierScriptDroppedIsBuiltInTheSameStart() {
		this.folder.write("1_notes.sql", "create table if not exists notes (id int)")
			.write("2_index.sql", "create index concurrently if not exists notes_id on notes (id)")
			.apply();
		this.folder.write("1_notes.sql", """
				create table if not exists notes (id int);
				-- pgkeel:allow-loss notes.notes_id the next script makes it anew
				drop index if exists notes_id;
				""");
		assertThat(this.folder.apply().outcome()).isEqualTo(Outcome.APPLIED);
		assertThat(valid("notes_id")).isTrue();
		assertThat(verify()).isEqualTo(Outcome.UNCHANGED);
	}

	@Test
	void whatRanBeforeAFailureIsNoDriftOfOtherScripts(CapturedOutput output) {
		this.database.execute("create table notes (id int); insert into notes values (1), (1)");
		this.folder.write("1_notes.sql", "create table if not exists notes (id int)").write("2_index.sql", """
				create index concurrently notes_plain on notes (id);
				create unique index concurrently notes_id on notes (id);
				""");
		assertThatExceptionOfType(SchemaScriptException.class).isThrownBy(this.folder::apply)
			.withMessageStartingWith("2_index.sql:2:1: could not create unique index");
		assertThat(outcome()).isEqualTo("pending 1");
		this.database.execute("delete from notes where ctid = '(0,1)'");
		assertThat(this.folder.apply().outcome()).isEqualTo(Outcome.APPLIED);
		assertThat(valid("notes_id")).isTrue();
		assertThat(verify()).isEqualTo(Outcome.UNCHANGED);
		assertThat(output.getOut()).doesNotContain("is applied again");
	}

	@ParameterizedTest
	@ValueSource(strings = { "create index concurrently if not exists notes_id on notes (id)",
			"alter table notes add column if not exists text text" })
	void driftByOthersIsStillSeenBesideAChange(String change) {
		String notes = "create table if not exists notes (id int)";
		this.folder.write("1_notes.sql", notes)
			.write("2_more.sql", "-- pgkeel:own-transaction\ncreate table if not exists more (id int)")
			.apply();
		this.database.execute("drop table more");
		this.folder.write("1_notes.sql", notes + ";\n" + change).apply();
		assertThat(this.database.query("select to_regclass('more') is not null", Boolean.class)).isTrue();
	}

	@ParameterizedTest
	@ValueSource(strings = { "set search_path = app;", "set local search_path to app;", "set schema 'app';",
			"set /* the tables' */ search_path = app, public;",
			"select pg_catalog.set_config('search_path', 'app', false);",
			"set search_path = public; set search_path = app;", "set role app_owner;",
			"create role app_gone; set role app_gone; reset role; drop role app_gone; set search_path = app;" })
	void settingsOfTheScriptHoldAfterTheCommit(String settings) {
		String schema = "app_" + this.database.name();
		String owner = schema + "_owner";
		String gone = schema + "_gone";
		String own = settings.replace("app_owner", owner).replace("app_gone", gone).replaceAll("\\bapp\\b", schema);
		this.database.execute("create role " + owner + "; create schema " + schema + "; grant all on schema " + schema
				+ " to " + owner + "; create table public.notes (id int)");
		if (settings.startsWith("set role")) {
			own += " set search_path = " + schema + ";";
		}
		this.folder.write("1_notes.sql", own + """
				create table if not exists notes (id int);
				create index concurrently if not exists notes_id on notes (id);
				vacuum notes;
				""").write("2_more.sql", """
				create table if not exists more (id int);
				create index concurrently if not exists more_id on more (id);
				""");
		assertThat(this.folder.apply().outcome()).isEqualTo(Outcome.APPLIED);
		assertThat(valid(schema + ".notes_id")).isTrue();
		assertThat(valid("public.more_id")).isTrue();
		assertThat(this.database.query("select to_regclass('public.notes_id') is null", Boolean.class)).isTrue();
		assertThat(this.folder.apply().outcome()).isEqualTo(Outcome.UNCHANGED);
	}

	@Test
	void memoryOfTheScriptHoldsAfterTheCommit() {
		this.database.execute(
				"""
						create table notes (id int);
						create function remember(n int) returns int immutable language plpgsql as
						  'begin
						     if current_setting(''maintenance_work_mem'') <> ''77MB'' then raise exception ''forgotten''; end if;
						     return n;
						   end';
						insert into notes values (1);
						""");
		this.folder.write("1_notes.sql", """
				set maintenance_work_mem = '77MB';
				create index concurrently if not exists notes_id on notes (remember(id));
				""").apply();
		assertThat(valid("notes_id")).isTrue();
	}

	@Test
	void settingsHoldForWhatAnEarlierStartLeft() {
		this.database.execute("create schema app; create table notes (id int); create table app.notes (id int);"
				+ " insert into app.notes values (1), (1)");
		this.folder.write("1_notes.sql", """
				set search_path = app;
				create unique index concurrently if not exists notes_id on notes (id);
				""");
		assertThatExceptionOfType(SchemaScriptException.class).isThrownBy(this.folder::apply)
			.withMessageContaining("(SQLSTATE 23505, statement 2)");
		this.database.execute("delete from app.notes where ctid = '(0,1)'");
		this.folder.apply();
		assertThat(valid("app.notes_id")).isTrue();
		assertThat(this.database.query("select to_regclass('public.notes_id') is null", Boolean.class)).isTrue();
	}

	@ParameterizedTest
	@ValueSource(strings = { "do $$ begin set search_path = app; end $$;",
			"select set_config('search_path', name, false) from (values ('app')) as v (name);" })
	void settingsThatCannotBeRepeatedAreRefused(String settings) {
		this.database.execute("create schema app; create table notes (id int)");
		this.folder.write("1_notes.sql", settings + """

				create table if not exists notes (id int);
				  create index concurrently if not exists notes_id on notes (id);
				""");
		assertThatExceptionOfType(SchemaScriptException.class).isThrownBy(this.folder::apply)
			.withMessageStartingWith("1_notes.sql:3:3: this statement runs after the commit")
			.satisfies((ex) -> assertThat(ex.getAction()).contains("SET search_path"));
		assertThat(this.database.query("select to_regclass('app.notes') is null", Boolean.class)).isTrue();
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void borrowedSessionIsAsBefore(boolean fails) throws SQLException {
		String owner = this.database.name() + "_owner";
		this.database.execute("create role " + owner + "; create schema app authorization " + owner
				+ "; create table app.notes (id int); insert into app.notes values (1), (1); alter table app.notes owner to "
				+ owner);
		this.folder = this.folder.withStatementTimeout(Duration.ofMinutes(1)).write("1_notes.sql", """
				set search_path = app;
				set role %s;
				create %s index concurrently notes_id on notes (id);
				""".formatted(owner, fails ? "unique" : ""));
		String settings = "select string_agg(name || '=' || setting, ',' order by name) from pg_settings where name in"
				+ " ('search_path', 'role', 'statement_timeout', 'lock_timeout', 'client_connection_check_interval')";
		try (Connection connection = this.database.connect(); Statement statement = connection.createStatement()) {
			statement.execute("set lock_timeout = 1234; set statement_timeout = 56789; set search_path = public");
			String before = query(statement, settings);
			Preflight preflight = new Preflight(new SingleConnectionDataSource(connection, true), null,
					Duration.ofSeconds(10));
			if (fails) {
				assertThatExceptionOfType(SchemaScriptException.class)
					.isThrownBy(() -> this.folder.applyThrough(preflight))
					.withMessageContaining("(SQLSTATE 23505");
			}
			else {
				assertThat(this.folder.applyThrough(preflight).outcome()).isEqualTo(Outcome.APPLIED);
			}
			assertThat(query(statement, settings)).isEqualTo(before);
		}
	}

	/**
	 * A rollback leaves the lock of a session alone, and each attempt would take it. The
	 * guard has run the trigger once before the commit does.
	 */
	@ParameterizedTest
	@CsvSource({ "23514, 100", "55P03, 2" })
	void borrowedSessionGivesTheLockBackThatACommitDidNotReach(String state, int last) throws SQLException {
		this.database.execute("""
				create sequence attempts;
				create table notes (id int);
				create function refuse() returns trigger language plpgsql as $$
				declare run int := nextval('attempts');
				begin
				  if run between 2 and %d then raise exception 'refused' using errcode = '%s'; end if;
				  return null;
				end $$;
				create constraint trigger refuse after insert on notes deferrable initially deferred
				  for each row execute function refuse()""".formatted(last, state));
		this.folder.write("1_notes.sql", """
				insert into notes values (1);
				create index concurrently if not exists notes_id on notes (id);
				""");
		try (Connection connection = this.database.connect(); Statement statement = connection.createStatement()) {
			Preflight preflight = new Preflight(new SingleConnectionDataSource(connection, true), null,
					Duration.ofSeconds(10));
			if (last > 2) {
				assertThatExceptionOfType(SchemaScriptException.class)
					.isThrownBy(() -> this.folder.applyThrough(preflight))
					.withMessageContaining("refused");
			}
			else {
				assertThat(this.folder.applyThrough(preflight).outcome()).isEqualTo(Outcome.APPLIED);
			}
			assertThat(query(statement,
					"select count(*) from pg_locks where locktype = 'advisory' and pid = pg_backend_pid()"))
				.isEqualTo("0");
		}
	}

	@Test
	void statementTimeoutHoldsOutsideToo() {
		this.database.execute(SLOW);
		this.database.execute("alter database " + this.database.name() + " set statement_timeout = '4s'");
		this.folder.withStatementTimeout(Duration.ofMinutes(1))
			.write("1_notes.sql", "create index concurrently if not exists slow_id on notes (slow(id))")
			.apply();
		assertThat(valid("slow_id")).isTrue();
	}

	@Test
	void statementOutsideThatTakesTooLongIsEnded() {
		this.database.execute(SLOW);
		this.folder.write("1_notes.sql", "create index concurrently if not exists slow_id on notes (slow(id))");
		assertThatExceptionOfType(SchemaScriptException.class)
			.isThrownBy(this.folder.withStatementTimeout(Duration.ofSeconds(4))::apply)
			.withMessageContaining("(SQLSTATE 57014, statement 1)")
			.satisfies((ex) -> assertThat(ex.getAction()).contains("Raise pgkeel.schema.statement-timeout")
				.contains("the next start goes on with this one"));
		this.folder.write("1_notes.sql",
				"set statement_timeout = 0;" + " create index concurrently if not exists slow_id on notes (slow(id))");
		this.folder.withStatementTimeout(Duration.ofSeconds(4)).apply();
		assertThat(valid("slow_id")).isTrue();
	}

	@Test
	void newEnumValueNeedsATransactionOfItsOwn() {
		this.folder.write("1_type.sql", "create type plan as enum ('free')").apply();
		this.folder.write("2_value.sql", "alter type plan add value if not exists 'pro'")
			.write("3_use.sql", "create table tenants (plan plan default 'pro')");
		assertThatExceptionOfType(SchemaScriptException.class).isThrownBy(this.folder::apply)
			.withMessageContaining("(SQLSTATE 55P04")
			.satisfies((ex) -> assertThat(ex.getAction()).contains("-- pgkeel:own-transaction"));
		this.folder.write("2_value.sql", "-- pgkeel:own-transaction\nalter type plan add value if not exists 'pro'");
		assertThat(this.folder.apply().scripts()).extracting("name", "outcome")
			.containsExactly(tuple("1_type.sql", Outcome.UNCHANGED), tuple("2_value.sql", Outcome.APPLIED),
					tuple("3_use.sql", Outcome.APPLIED));
		assertThat(this.folder.apply().outcome()).isEqualTo(Outcome.UNCHANGED);
	}

	@Test
	void failureAfterACommitSaysWhatStays() {
		this.folder.write("1_notes.sql", "create table if not exists notes (id int)")
			.write("2_more.sql", "-- pgkeel:own-transaction\ncreate table if not exists more (id int)")
			.write("3_bad.sql", "create table bad (id nonsense)");
		assertThatExceptionOfType(SchemaScriptException.class).isThrownBy(this.folder::apply)
			.withMessageStartingWith("3_bad.sql:1:")
			.satisfies((ex) -> assertThat(ex.getAction()).isEqualTo("Correct the script. The transaction was rolled"
					+ " back. Applied before it, and committed: 1_notes.sql, 2_more.sql."));
		assertThatExceptionOfType(SchemaScriptException.class).isThrownBy(this.folder::apply)
			.satisfies((ex) -> assertThat(ex.getAction())
				.isEqualTo("Correct the script. Nothing of the schema scripts was applied: the transaction was rolled"
						+ " back."));
	}

	private Outcome verify() {
		return this.folder.withMode(SchemaMode.VERIFY).apply().outcome();
	}

	private static String query(Statement statement, String sql) throws SQLException {
		try (ResultSet row = statement.executeQuery(sql)) {
			row.next();
			return row.getString(1);
		}
	}

	private boolean valid(String index) {
		return this.database.query("select indisvalid from pg_index where indexrelid = '" + index + "'::regclass",
				Boolean.class);
	}

	private String outcome() {
		return this.database.query(
				"select outcome || ' ' || outside_done from pgkeel_schema_history order by id desc limit 1",
				String.class);
	}

}
