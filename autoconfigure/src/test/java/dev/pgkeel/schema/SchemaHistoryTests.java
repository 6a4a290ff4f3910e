package dev.pgkeel.schema;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;

import dev.pgkeel.schema.SchemaReport.AppliedScript;
import dev.pgkeel.schema.SchemaReport.Outcome;
import dev.pgkeel.testsupport.PgProxy;
import dev.pgkeel.testsupport.TestDatabase;
import dev.pgkeel.testsupport.TestServer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for {@link SchemaHistory} and {@link ScriptNeeds}: what is applied, and what not.
 */
@Tag("compatibility")
@ExtendWith(OutputCaptureExtension.class)
class SchemaHistoryTests {

	private static final String NOTES = """
			create table if not exists notes (id int primary key, body varchar(10));
			create index if not exists notes_body on notes (body);
			create or replace view short_notes as select id from notes;
			create or replace function note_count() returns bigint language sql as 'select count(*) from notes';
			do $$ begin create type plan as enum ('free', 'pro'); exception when duplicate_object then null; end $$;
			create sequence if not exists numbers;
			alter table notes enable row level security;
			drop policy if exists mine on notes;
			create policy mine on notes using (true);
			""";

	private final TestDatabase database = TestServer.shared().newDatabase();

	@TempDir
	private Path directory;

	private SchemaFolder scripts() {
		return SchemaFolder.of(this.directory, this.database);
	}

	@Test
	void unchangedScriptIsNotAppliedAgain(CapturedOutput output) {
		SchemaFolder folder = scripts().write("1_notes.sql", NOTES);
		assertThat(folder.apply().outcome()).isEqualTo(Outcome.APPLIED);
		SchemaReport second = folder.apply();
		assertThat(second.outcome()).isEqualTo(Outcome.UNCHANGED);
		assertThat(second.scripts()).extracting(AppliedScript::statements).containsExactly(9);
		assertThat(output.getOut()).containsPattern("Schema unchanged \\(\\d+ ms\\)");
		assertThat(rows()).isOne();
	}

	@Test
	void historyOfAnotherSchemaIsNotTakenForOnesOwn(CapturedOutput output) {
		SchemaFolder folder = scripts().write("1_notes.sql", "create table if not exists notes (id int)");
		folder.apply();
		this.database.execute("create schema later");
		SchemaFolder later = folder.withUrl(this.database.directUrl() + "?currentSchema=later,public");
		// What the scripts make is found in the other schema, but for their own history
		assertThat(later.apply().outcome()).isEqualTo(Outcome.APPLIED);
		assertThat(this.database.query("select to_regclass('later.notes') is not null", Boolean.class)).isTrue();
		assertThat(later.apply().outcome()).isEqualTo(Outcome.UNCHANGED);
		assertThat(output.getOut()).containsOnlyOnce("There is no table pgkeel_schema_history in the schema later yet,"
				+ " but there is in public: if that is the history of these scripts, set pgkeel.schema.history-schema");
	}

	@Test
	void historyOfAnotherSchemaThatIsNotReadableIsNotAsked() {
		scripts().write("1_notes.sql", "create table if not exists notes (id int)").apply();
		String role = "tenant_" + this.database.name();
		this.database.execute("create role " + role + " login");
		this.database.execute("create schema tenant authorization " + role);
		SchemaFolder tenant = scripts().withRole(role)
			.withUrl(this.database.directUrl() + "?currentSchema=tenant,public");
		assertThat(tenant.apply().outcome()).isEqualTo(Outcome.APPLIED);
		assertThat(tenant.apply().outcome()).isEqualTo(Outcome.UNCHANGED);
	}

	@Test
	void historySaysWhatWasApplied() {
		scripts().write("1_notes.sql", NOTES).apply();
		assertThat(this.database.query("""
				select concat_ws('|', application, script, length(checksum), statements, instance, outcome,
				  applied_at > now() - interval '5 minutes', duration_ms >= 0, length(fingerprint), server_version)
				from pgkeel_schema_history""", String.class))
			.isEqualTo("notes|1_notes.sql|64|9|abc123|applied|t|t|64|" + TestServer.shared().majorVersion());
	}

	@Test
	void unchangedMeansNoLockAndNoWaitBehindOne() throws SQLException {
		SchemaFolder folder = scripts().write("1_notes.sql", NOTES);
		folder.apply();
		try (Connection other = this.database.connect(); Statement statement = other.createStatement()) {
			other.setAutoCommit(false);
			statement.execute("lock table notes in access exclusive mode");
			assertThat(folder.apply().outcome()).isEqualTo(Outcome.UNCHANGED);
			statement.execute("alter table notes set (fillfactor = 90)");
			assertThat(folder.apply().outcome()).isEqualTo(Outcome.UNCHANGED);
			other.rollback();
		}
		assertThat(this.database.query("select count(*) from pg_locks where locktype = 'advisory'", Long.class))
			.isZero();
	}

	@ParameterizedTest
	@ValueSource(ints = { 1, 40, 400 })
	void nothingToDoTakesThreeRoundTripsAtMostWhateverTheSize(int size) throws Exception {
		SchemaFolder folder = scripts().write("0_notes.sql", NOTES);
		for (int script = 1; script <= Math.min(size, 40); script++) {
			folder.write(script + "_more.sql",
					"create table if not exists more_%1$d (id int);\ncreate or replace view all_%1$d as select 1;\n"
						.formatted(script) + "select 1;\n".repeat(size / 40));
		}
		folder.apply();
		try (PgProxy proxy = PgProxy.to(TestServer.shared().port())) {
			SchemaFolder counted = folder.withUrl(proxy.jdbcUrl(this.database.name()));
			counted.dataSource().getConnection().close();
			long connecting = proxy.roundTrips();
			assertThat(counted.apply().outcome()).isEqualTo(Outcome.UNCHANGED);
			assertThat(proxy.roundTrips() - 2 * connecting).isBetween(1L, 3L);
		}
	}

	@Test
	void oldVersionThatStartsAgainIsTold(CapturedOutput output) {
		SchemaFolder folder = scripts();
		String function = "create or replace function version() returns int language sql as 'select %d'";
		folder.write("1_version.sql", function.formatted(1)).apply();
		folder.write("1_version.sql", function.formatted(2)).apply();
		assertThat(output.getOut()).doesNotContain("goes back");
		folder.write("1_version.sql", function.formatted(1)).apply();
		assertThat(output.getOut())
			.containsPattern("Schema script 1_version\\.sql goes back to a text that it had before the present one:"
					+ " abc123 applied that at 20[0-9-]{8} [0-9:]{8} UTC\\. If this is an old version");
		assertThat(this.database.query("select public.version()", Integer.class)).isOne();
	}

	@ParameterizedTest
	@ValueSource(strings = {
			"create table if not exists notes (id int, body text);\ncreate or replace view v as select id, body from notes",
			"create table if not exists notes (id int);\n"
					+ "-- pgkeel:allow-loss public.notes.few widened\nalter table notes drop constraint if exists few;\n"
					+ "alter table notes add constraint few check (id < 20)" })
	void oldVersionThatCannotGoBackIsToldTheWayOut(String newer) {
		String older = newer.contains("view")
				? "create table if not exists notes (id int, body text);\ncreate or replace view v as select id from notes"
				: "create table if not exists notes (id int);\nalter table notes drop constraint if exists few;\n"
						+ "alter table notes add constraint few check (id < 10)";
		SchemaFolder folder = scripts().write("1_notes.sql", older);
		folder.apply();
		folder.write("1_notes.sql", newer).apply();
		folder.write("1_notes.sql", older);
		assertThatExceptionOfType(SchemaScriptException.class).isThrownBy(folder::apply)
			.satisfies((ex) -> assertThat(ex.getAction())
				.containsPattern(
						"The text of 1_notes\\.sql is older than the one that is applied: abc123 applied that at"
								+ " 20[0-9-]{8} [0-9:]{8} UTC\\.")
				.endsWith("or a rollback, start it with pgkeel.schema.enabled=false."));
		folder.write("1_notes.sql", newer + ";\nselect 1 / 0");
		assertThatExceptionOfType(SchemaScriptException.class).isThrownBy(folder::apply)
			.satisfies((ex) -> assertThat(ex.getAction()).doesNotContain("older"));
	}

	@Test
	void onlyTheChangedScriptIsApplied() {
		SchemaFolder folder = scripts().write("1_notes.sql", NOTES)
			.write("2_more.sql", "create table if not exists more ()");
		folder.apply();
		folder.write("2_more.sql", "create table if not exists more ();\nalter table more add if not exists id int");
		SchemaReport report = folder.apply();
		assertThat(report.scripts()).extracting(AppliedScript::outcome)
			.containsExactly(Outcome.UNCHANGED, Outcome.APPLIED);
		assertThat(report.changes().created()).containsExactly("column public.more.id");
		assertThat(folder.apply().outcome()).isEqualTo(Outcome.UNCHANGED);
	}

	@Test
	void scriptThatLostAnObjectToAnEarlierOneFollowsIt() {
		SchemaFolder folder = scripts().write("1_notes.sql", "create table if not exists notes (id int)")
			.write("2_view.sql", "create or replace view all_notes as select * from notes");
		folder.apply();
		folder.write("1_notes.sql", """
				create table if not exists notes (id int);
				drop view if exists all_notes;
				alter table notes alter column id type bigint""");
		assertThat(folder.apply().scripts()).extracting(AppliedScript::outcome)
			.containsExactly(Outcome.APPLIED, Outcome.APPLIED);
		assertThat(this.database.query("select to_regclass('all_notes') is not null", Boolean.class)).isTrue();
		assertThat(folder.apply().outcome()).isEqualTo(Outcome.UNCHANGED);
	}

	@Test
	void scriptOfALaterTransactionThatLostAnObjectFollowsToo() {
		String function = "create or replace function may_read(o int) returns boolean language sql as 'select %s';\n";
		SchemaFolder folder = scripts().write("1_open.sql", function.formatted("true"))
			.write("2_apart.sql", "-- pgkeel:own-transaction\nselect 1")
			.write("3_closed.sql", function.formatted("o = 1"));
		folder.apply();
		folder.write("1_open.sql", function.formatted("true") + "-- edited\n");
		assertThat(folder.apply().scripts()).extracting(AppliedScript::outcome)
			.containsExactly(Outcome.APPLIED, Outcome.UNCHANGED, Outcome.APPLIED);
		assertThat(this.database.query("select may_read(2)", Boolean.class)).isFalse();
		assertThat(folder.apply().outcome()).isEqualTo(Outcome.UNCHANGED);
	}

	@ParameterizedTest
	@ValueSource(strings = { "drop index notes_body", "alter table notes add column extra int",
			"alter table notes alter column body type varchar(20)",
			"alter table notes alter column body set default 'x'",
			"alter table notes add constraint positive check (id > 0)", "create index added on notes (id)",
			"drop policy mine on notes", "alter table notes disable row level security",
			"create or replace view short_notes as select id from notes where id > 1", "drop view short_notes",
			"create or replace function note_count() returns bigint language sql as 'select 2::bigint'",
			"alter type plan add value 'max'", "alter sequence numbers increment 5",
			"update pg_index set indisvalid = false where indexrelid = 'notes_body'::regclass",
			"create trigger t before insert on notes for each row execute function suppress_redundant_updates_trigger()" })
	void driftIsSaidAndMendedOnce(String change, CapturedOutput output) {
		SchemaFolder folder = scripts().write("1_notes.sql", NOTES);
		folder.apply();
		this.database.execute(change);
		SchemaReport report = folder.apply();
		assertThat(report.outcome()).isEqualTo(Outcome.APPLIED);
		assertThat(report.drift()).isNotEmpty();
		assertThat(output.getOut()).contains("Schema script 1_notes.sql is applied again")
			.contains(report.drift().get(0));
		assertThat(folder.apply().outcome()).isEqualTo(Outcome.UNCHANGED);
	}

	@ParameterizedTest
	@ValueSource(strings = { "create table other (id int)", "alter table foreign_notes add column x int",
			"create schema app create table notes (id int)", "insert into notes values (1)", "truncate notes",
			"vacuum full notes", "reindex table notes", "analyze", "grant select on notes to public",
			"select nextval('numbers')", "comment on table notes is 'x'", "cluster notes using notes_pkey" })
	void whatIsNoneOfTheScriptsBusinessIsNoDrift(String change) {
		this.database.execute("create table foreign_notes (id int)");
		SchemaFolder folder = scripts().write("1_notes.sql", NOTES);
		folder.apply();
		this.database.execute(change);
		assertThat(folder.apply().outcome()).isEqualTo(Outcome.UNCHANGED);
	}

	@Test
	void tableThatWasThereBeforeDriftsToo() {
		this.database.execute("create table notes (id int)");
		SchemaFolder folder = scripts().write("1_notes.sql", "create table if not exists notes (id int)");
		folder.apply();
		this.database.execute("alter table notes add column extra int");
		assertThat(folder.apply().drift()).containsExactly("column public.notes.extra was added");
	}

	@Test
	void objectWhoseNameNoScriptSpellsOutDriftsToo() {
		SchemaFolder folder = scripts().write("1_notes.sql", """
				do $$ begin for i in 1..3 loop
				  execute format('create table if not exists %I (id int)', 'part_' || i);
				end loop; end $$""");
		folder.apply();
		this.database.execute("drop table part_2");
		assertThat(folder.apply().drift()).contains("table public.part_2 is missing");
		folder.write("1_notes.sql", """
				-- The parts are three
				do $$ begin for i in 1..3 loop
				  execute format('create table if not exists %I (id int)', 'part_' || i);
				end loop; end $$""").apply();
		this.database.execute("drop table part_2");
		assertThat(folder.apply().drift()).contains("table public.part_2 is missing");
		assertThat(this.database.query("select to_regclass('part_2') is not null", Boolean.class)).isTrue();
	}

	@Test
	void objectInASchemaThatTheScriptSetDriftsAfterAChangeToo() {
		this.database.execute("create schema app");
		SchemaFolder folder = scripts().write("1_notes.sql",
				"set search_path = app;\ncreate table if not exists notes (id int);\ncreate table if not exists old ()");
		folder.apply();
		folder.write("1_notes.sql",
				"set search_path = app;\ncreate table if not exists notes (id int);\n-- pgkeel:allow-loss app.old empty\ndrop table if exists old")
			.apply();
		assertThat(folder.apply().outcome()).isEqualTo(Outcome.UNCHANGED);
		this.database.execute("drop table app.notes");
		assertThat(folder.apply().drift()).containsExactly("column app.notes.id is missing",
				"table app.notes is missing");
	}

	@Test
	void newMajorVersionIsNoDrift() {
		SchemaFolder folder = scripts().write("1_notes.sql", NOTES);
		folder.apply();
		this.database.execute("update pgkeel_schema_history set server_version = 13, fingerprint = 'x', stamp = 'x'");
		assertThat(folder.apply().outcome()).isEqualTo(Outcome.UNCHANGED);
		assertThat(this.database.query("select server_version from pgkeel_schema_history", Integer.class))
			.isEqualTo(TestServer.shared().majorVersion());
		this.database.execute("drop view short_notes");
		assertThat(folder.apply().outcome()).isEqualTo(Outcome.APPLIED);
	}

	@Test
	void newMajorVersionIsLeftToOthersWhereTheRoleOnlyReads() {
		SchemaFolder folder = scripts().write("1_notes.sql", NOTES);
		folder.apply();
		this.database.execute("update pgkeel_schema_history set server_version = 13, fingerprint = 'x', stamp = 'x'");
		String role = role();
		this.database.execute("grant all on pgkeel_schema_history to " + role);
		this.database.execute("alter role " + role + " set default_transaction_read_only = on");
		assertThat(folder.withRole(role).apply().outcome()).isEqualTo(Outcome.UNCHANGED);
		assertThat(this.database.query("select server_version from pgkeel_schema_history", Integer.class))
			.isEqualTo(13);
	}

	@Test
	void connectionLostWhileANewMajorVersionIsRememberedIsNotPassedOver() {
		SchemaFolder folder = scripts().write("1_notes.sql", NOTES);
		folder.apply();
		this.database.execute("update pgkeel_schema_history set server_version = 13, fingerprint = 'x', stamp = 'x'");
		this.database.execute("""
				create function die() returns trigger language plpgsql
				as 'begin perform pg_terminate_backend(pg_backend_pid()); return new; end';
				create trigger die before update on pgkeel_schema_history for each row execute function die()""");
		assertThatExceptionOfType(SchemaScriptException.class).isThrownBy(folder::apply)
			.withMessageContaining("The schema scripts could not be applied")
			.withMessageContaining("57P01");
	}

	@Test
	void alwaysAppliesEachTime() {
		SchemaFolder folder = scripts().withMode(SchemaMode.ALWAYS).write("1_notes.sql", NOTES);
		for (int i = 0; i < 3; i++) {
			assertThat(folder.apply().outcome()).isEqualTo(Outcome.APPLIED);
		}
		assertThat(rows()).isEqualTo(3);
	}

	@Test
	void historyDoesNotGrowWithoutEnd() {
		SchemaFolder folder = scripts().withMode(SchemaMode.ALWAYS).write("1_notes.sql", "select 1");
		for (int i = 0; i < 23; i++) {
			folder.apply();
		}
		assertThat(rows()).isEqualTo(20);
	}

	@Test
	void verifyRefusesAPendingScriptAndWritesNothing() {
		SchemaFolder folder = scripts().withMode(SchemaMode.VERIFY).write("1_notes.sql", NOTES);
		assertThatExceptionOfType(SchemaScriptException.class).isThrownBy(folder::apply)
			.withMessage("pgkeel.schema.mode is verify, but schema scripts would have to be applied: 1_notes.sql (new)")
			.satisfies((ex) -> assertThat(ex.getAction()).contains("deploy step"));
		assertThat(this.database.query("select to_regclass('pgkeel_schema_history') is null", Boolean.class)).isTrue();
	}

	@Test
	void verifyAcceptsWhatIsUpToDateAndRefusesDrift() {
		SchemaFolder folder = scripts().write("1_notes.sql", NOTES);
		folder.apply();
		assertThat(folder.withMode(SchemaMode.VERIFY).apply().outcome()).isEqualTo(Outcome.UNCHANGED);
		this.database.execute("drop view short_notes");
		assertThatExceptionOfType(SchemaScriptException.class).isThrownBy(folder.withMode(SchemaMode.VERIFY)::apply)
			.withMessageContaining("1_notes.sql (drifted: ")
			.withMessageContaining("view public.short_notes is missing");
		folder.write("1_notes.sql", NOTES + "select 1");
		assertThatExceptionOfType(SchemaScriptException.class).isThrownBy(folder.withMode(SchemaMode.VERIFY)::apply)
			.withMessageContaining("1_notes.sql (changed)");
	}

	@Test
	void applicationsOnOneDatabaseHaveTheirOwnHistory() {
		SchemaFolder notes = scripts().write("1_notes.sql", "create table if not exists notes (id int)");
		notes.apply();
		SchemaFolder billing = notes.withApplication("billing");
		assertThat(billing.apply().outcome()).isEqualTo(Outcome.APPLIED);
		assertThat(notes.apply().outcome()).isEqualTo(Outcome.UNCHANGED);
		assertThat(rows()).isEqualTo(2);
	}

	@ParameterizedTest
	@ValueSource(strings = { "Ops", "order" })
	void historyMayHaveASchemaOfItsOwn(String schema) {
		SchemaFolder folder = scripts().withHistorySchema(schema)
			.write("1_notes.sql", "set search_path = pg_temp;\ncreate table if not exists public.notes (id int)");
		folder.apply();
		assertThat(folder.apply().outcome()).isEqualTo(Outcome.UNCHANGED);
		assertThat(this.database.query("select count(*) from \"" + schema + "\".pgkeel_schema_history", Long.class))
			.isOne();
	}

	@Test
	void schemaMayBeNamedByAReservedWord() {
		this.database.execute("create schema \"order\"");
		SchemaFolder folder = scripts().withUrl(this.database.directUrl() + "?currentSchema=order")
			.write("1_notes.sql", "create table if not exists notes (id int)");
		folder.apply();
		assertThat(folder.apply().outcome()).isEqualTo(Outcome.UNCHANGED);
		this.database.execute("alter table \"order\".notes add column body text");
		assertThat(folder.apply().drift()).containsExactly("column \"order\".notes.body was added");
	}

	@Test
	void refusedQueryOfItsOwnIsNoUnreachableDatabase() {
		this.database.execute("create table pgkeel_schema_history (id int)");
		SchemaFolder folder = scripts().write("1_notes.sql", "select 1");
		assertThatExceptionOfType(SchemaScriptException.class).isThrownBy(folder::apply)
			.withMessageContaining("(SQLSTATE 42703)")
			.satisfies((ex) -> assertThat(ex.getAction()).doesNotContain("reachable")
				.contains("pgkeel.schema.enabled=false"));
	}

	@Test
	void roleThatOnlyReadsIsNoUnreachableDatabase() {
		String role = role();
		this.database.execute("grant create on schema public to " + role);
		this.database.execute("alter role " + role + " set default_transaction_read_only = on");
		SchemaFolder folder = scripts().withRole(role).write("1_notes.sql", "select 1");
		assertThatExceptionOfType(SchemaScriptException.class).isThrownBy(folder::apply)
			.withMessageContaining("(SQLSTATE 25006)")
			.satisfies((ex) -> assertThat(ex.getAction()).doesNotContain("reachable")
				.contains("only reads", "pgkeel.schema.mode=verify", "pgkeel.schema.enabled=false"));
	}

	@Test
	void eventTriggerThatRefusesTheHistoryIsNoUnreachableDatabase() {
		this.database.execute("create function refuse() returns event_trigger language plpgsql"
				+ " as 'begin raise exception ''no DDL here''; end'");
		this.database.execute("create event trigger refuse on ddl_command_start execute function refuse()");
		SchemaFolder folder = scripts().write("1_notes.sql", "select 1");
		assertThatExceptionOfType(SchemaScriptException.class).isThrownBy(folder::apply)
			.withMessageContaining("no DDL here")
			.withMessageContaining("(SQLSTATE P0001)")
			.satisfies((ex) -> assertThat(ex.getAction()).doesNotContain("reachable")
				.contains("such as an event trigger", "pgkeel.schema.mode=verify", "pgkeel.schema.enabled=false"));
	}

	@Test
	void roleThatMayNotConnectIsNoRefusedQuery() {
		String role = role();
		this.database.execute("revoke connect on database " + this.database.name() + " from public");
		SchemaFolder folder = scripts().withRole(role).write("1_notes.sql", "select 1");
		assertThatExceptionOfType(SchemaScriptException.class).isThrownBy(folder::apply)
			.withMessageContaining("(SQLSTATE 42501)")
			.satisfies((ex) -> assertThat(ex.getAction()).doesNotContain("reachable", "query", HistoryTable.NAME)
				.contains("while the connection is made", "pgkeel.schema.enabled=false"));
	}

	@Test
	void roleThatMayNotReadTheHistoryIsToldWhatToAskFor() {
		SchemaFolder folder = scripts().write("1_notes.sql", "create table if not exists notes (id int)");
		folder.apply();
		String role = role();
		assertThatExceptionOfType(SchemaScriptException.class).isThrownBy(folder.withRole(role)::apply)
			.withMessageContaining("Role " + role + " may not read the history")
			.satisfies((ex) -> assertThat(ex.getAction())
				.endsWith("GRANT SELECT ON public.pgkeel_schema_history TO " + role + ";"));
		this.database.execute("grant select on public.pgkeel_schema_history to " + role);
		assertThat(folder.withRole(role).apply().outcome()).isEqualTo(Outcome.UNCHANGED);
	}

	@Test
	void roleThatMayNotWriteTheHistoryIsToldWhatToAskFor() {
		SchemaFolder folder = scripts().write("1_notes.sql", "create table if not exists notes (id int)");
		String role = role();
		this.database.execute("revoke create on schema public from public");
		assertThatExceptionOfType(SchemaScriptException.class).isThrownBy(folder.withRole(role)::apply)
			.satisfies((ex) -> assertThat(ex.getAction()).contains("GRANT CREATE ON SCHEMA public TO " + role + ";"));
		assertThatExceptionOfType(SchemaScriptException.class)
			.isThrownBy(folder.withRole(role).withHistorySchema("ops")::apply)
			.satisfies((ex) -> assertThat(ex.getAction())
				.contains("GRANT CREATE ON DATABASE " + this.database.name() + " TO " + role + ";"));
		folder.apply();
		this.database.execute("grant select on public.pgkeel_schema_history to " + role);
		folder.write("1_notes.sql", "select 1");
		assertThatExceptionOfType(SchemaScriptException.class).isThrownBy(folder.withRole(role)::apply)
			.withMessageContaining("role " + role + " may not write the history")
			.satisfies((ex) -> assertThat(ex.getAction())
				.contains("GRANT INSERT, UPDATE, DELETE ON public.pgkeel_schema_history TO " + role + ";"));
	}

	@Test
	void grantsThatAreAskedForAreThoseThatAreMissing() {
		SchemaFolder folder = scripts().withHistorySchema("Ops")
			.write("1_notes.sql", "create table if not exists public.notes (id int)");
		folder.apply();
		String role = "Reader-" + this.database.name();
		this.database.execute("create role \"" + role + "\" login");
		assertThatExceptionOfType(SchemaScriptException.class).isThrownBy(folder.withRole(role)::apply)
			.satisfies((ex) -> {
				assertThat(ex.getAction()).isEqualTo("Ask the table's owner for: GRANT USAGE ON SCHEMA \"Ops\" TO \""
						+ role + "\"; GRANT SELECT ON \"Ops\".pgkeel_schema_history TO \"" + role + "\";");
				this.database.execute(ex.getAction().replace("Ask the table's owner for: ", ""));
			});
		assertThat(folder.withRole(role).apply().outcome()).isEqualTo(Outcome.UNCHANGED);
		this.database.execute("drop owned by \"" + role + "\"; drop role \"" + role + "\"");
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "?options=-c%20row_security=off" })
	void historyThatRowSecurityHidesIsNotTakenForNone(String parameters) {
		SchemaFolder folder = scripts().write("1_notes.sql", "create table if not exists notes (id int)");
		folder.apply();
		String role = role();
		this.database.execute("alter table pgkeel_schema_history enable row level security");
		this.database.execute("grant select on pgkeel_schema_history to " + role);
		SchemaFolder reader = folder.withRole(role).withUrl(this.database.directUrl() + parameters);
		for (SchemaMode mode : List.of(SchemaMode.VERIFY, SchemaMode.ON_CHANGE)) {
			assertThatExceptionOfType(SchemaScriptException.class).isThrownBy(reader.withMode(mode)::apply)
				.withMessageStartingWith("Row security hides the history of the schema scripts,"
						+ " public.pgkeel_schema_history, from role " + role)
				.satisfies((ex) -> assertThat(ex.getAction()).contains(
						"ALTER TABLE public.pgkeel_schema_history DISABLE ROW LEVEL SECURITY;",
						"CREATE POLICY " + role + " ON public.pgkeel_schema_history TO " + role + " USING (true);"));
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "%s", "public" })
	void historyUnderRowSecurityIsReadAndWrittenByARoleWithAPolicy(String who) {
		SchemaFolder folder = scripts().write("1_notes.sql", "select 1");
		folder.apply();
		String role = role();
		this.database.execute("alter table pgkeel_schema_history enable row level security");
		this.database.execute("grant all on pgkeel_schema_history to " + role);
		this.database
			.execute("create policy pgkeel on pgkeel_schema_history to " + who.formatted(role) + " using (true)");
		assertThat(folder.withRole(role).withMode(SchemaMode.VERIFY).apply().outcome()).isEqualTo(Outcome.UNCHANGED);
		SchemaFolder other = folder.withRole(role).withApplication("billing");
		assertThat(other.apply().outcome()).isEqualTo(Outcome.APPLIED);
		assertThat(other.apply().outcome()).isEqualTo(Outcome.UNCHANGED);
	}

	@Test
	void failedRunLeavesNoRowAndIsTriedAgain() {
		SchemaFolder folder = scripts().write("1_notes.sql", "create table if not exists notes (id int)");
		folder.apply();
		folder.write("1_notes.sql", "create table if not exists more (id int);\nselect 1 / 0");
		for (int i = 0; i < 2; i++) {
			assertThatExceptionOfType(SchemaScriptException.class).isThrownBy(folder::apply)
				.withMessageStartingWith("1_notes.sql:2:1: division by zero");
			assertThat(this.database.query("select string_agg(outcome, ' ') from pgkeel_schema_history", String.class))
				.isEqualTo("applied");
		}
		folder.write("1_notes.sql", "create table if not exists notes (id int)");
		assertThat(folder.apply().outcome()).isEqualTo(Outcome.UNCHANGED);
	}

	@Test
	void layoutIsMigrated() throws SQLException {
		scripts().write("1_notes.sql", "select 1").apply();
		HistoryTable next = new HistoryTable(null,
				List.of(List.of("not run again"), List.of("alter table %s add column note text")));
		try (Connection connection = this.database.connect()) {
			connection.setAutoCommit(false);
			next.prepare(connection, next.find(connection));
			next.prepare(connection, next.find(connection));
			connection.commit();
		}
		assertThat(this.database.query("select obj_description('pgkeel_schema_history'::regclass)", String.class))
			.isEqualTo("pgkeel layout 2");
		assertThat(this.database.query("select note is null from pgkeel_schema_history", Boolean.class)).isTrue();
		assertThat(scripts().apply().outcome()).isEqualTo(Outcome.UNCHANGED);
	}

	@Test
	void statementTimeoutEndsALongStatement() {
		SchemaFolder folder = scripts().withStatementTimeout(Duration.ofSeconds(5))
			.write("1_notes.sql", "select 1;\nselect pg_sleep(60)");
		assertThatExceptionOfType(SchemaScriptException.class).isThrownBy(folder::apply)
			.withMessageContaining("1_notes.sql:2:1: ")
			.withMessageContaining("(SQLSTATE 57014, statement 2)")
			.satisfies((ex) -> assertThat(ex.getAction()).contains("pgkeel.schema.statement-timeout"));
	}

	@Test
	void stateOfTheSessionEndsWithTheScript() {
		String role = role();
		scripts().write("1_role.sql", "set role " + role + ";\nset search_path = pg_temp")
			.write("2_notes.sql", "create table notes (id int)")
			.apply();
		assertThat(this.database.query("select to_regclass('public.notes') is not null", Boolean.class)).isTrue();
	}

	private long rows() {
		return this.database.query("select count(*) from pgkeel_schema_history", Long.class);
	}

	private String role() {
		String role = "role_" + this.database.name().substring(5);
		this.database.execute("create role " + role + " login");
		return role;
	}

}
