package dev.pgkeel.schema;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.stream.Stream;

import dev.pgkeel.testsupport.TestDatabase;
import dev.pgkeel.testsupport.TestServer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for {@link LossGuard}: ways to lose something, and what only looks like one.
 */
@Tag("compatibility")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@ExtendWith(OutputCaptureExtension.class)
class LossGuardTests {

	private static final String SCHEMA = """
			create type plan as enum ('free', 'pro');
			create domain email as text constraint has_at check (value like '%@%');
			create type address as (street text, town text);
			create table tenants (id int primary key, name text not null, plan text default 'free', unique (name));
			insert into tenants values (1, 'one', 'free'), (2, 'two', 'pro'), (3, 'three', 'pro');
			create table notes (id int primary key, tenant int references tenants on delete cascade, body text,
			  size int, constraint short check (length(body) < 100));
			insert into notes select i, 1 + i % 3, 'note ' || i, i from generate_series(1, 30) i;
			create index notes_body on notes (lower(body));
			create unique index notes_size on notes (size);
			create index "Odd" on notes (id, size);
			alter table notes enable row level security;
			alter table notes force row level security;
			alter table notes no force row level security;
			create policy mine on notes using (tenant = 1);
			create function stamp() returns trigger language plpgsql as $$ begin return new; end $$;
			create function twice(n int) returns int language sql as 'select n * 2';
			create procedure nothing() language sql as 'select 1';
			create trigger stamp before update on notes for each row execute function stamp();
			create view names as select name from tenants;
			create materialized view counted as select plan, count(*) from tenants group by plan;
			create sequence numbers;
			create sequence passes;
			create sequence invoices;
			select setval('invoices', 4711);
			create table items (id int, "order" int);
			insert into items values (1, 1);
			create schema "user";
			create table "user"."group" (id int);
			insert into "user"."group" values (1);
			create table "user".notes (id int);
			insert into "user".notes values (1);
			create table boxes (id int, width int, area int generated always as (width * width) stored);
			insert into boxes values (1, 2);
			create table audit (id int);
			create schema audit;
			create table audit.entries (id int);
			insert into audit.entries select generate_series(1, 5);
			create table log (id int, at date not null, line text, primary key (id, at)) partition by range (at);
			create table log_1 partition of log for values from ('2026-01-01') to ('2026-07-01');
			create table log_2 partition of log for values from ('2026-07-01') to ('2027-01-01');
			create index log_line on log (line);
			insert into log select i, date '2026-01-01' + i, 'line' from generate_series(1, 50) i;
			create table empty_one (id int);
			create table parent (id int primary key);
			create table child (id int primary key, parent int references parent deferrable initially deferred);
			insert into parent values (1);
			insert into child values (1, 1);
			create function wipe() returns void language sql as 'delete from notes where id <= 3';
			create schema old;
			create table old.thing (id int);
			create schema "order";
			create table "order".lines (id int, "group" int);
			insert into "order".lines values (1, 1), (2, 1);
			create index thing_id on old.thing (id);
			create extension pg_trgm;
			""";

	private static final String HIDING = "alter table items enable row level security; alter table items force row level"
			+ " security; create policy nobody on items using (false)";

	private final TestDatabase database = TestServer.shared().newDatabase();

	private @Nullable Connection connection;

	@BeforeAll
	void connect() throws SQLException {
		this.connection = this.database.connect();
		this.connection.setAutoCommit(false);
		run(SCHEMA);
		this.connection.commit();
	}

	@AfterAll
	void close() throws SQLException {
		connection().close();
	}

	@AfterEach
	void rollBack() throws SQLException {
		connection().rollback();
	}

	/**
	 * PostgreSQL 14 has no MERGE.
	 */
	static Stream<Arguments> losses() {
		return allLosses().filter((arguments) -> TestServer.shared().majorVersion() >= 15
				|| !arguments.get()[0].toString().startsWith("merge"));
	}

	private static Stream<Arguments> allLosses() {
		return Stream.of(Arguments.of("drop table notes", "notes dropped"),
				Arguments.of("alter table tenants drop column plan cascade", "tenants.plan dropped"),
				Arguments.of("drop view names", "view names dropped"),
				Arguments.of("drop materialized view counted", "materialized view counted dropped"),
				Arguments.of("drop function twice", "function twice(integer) dropped"),
				Arguments.of("drop procedure nothing", "procedure nothing() dropped"),
				Arguments.of("drop policy mine on notes", "policy notes.mine dropped"),
				Arguments.of("alter table notes drop constraint short", "constraint notes.short dropped"),
				Arguments.of("alter table notes drop constraint notes_tenant_fkey",
						"constraint notes.notes_tenant_fkey dropped"),
				Arguments.of("drop index notes_body", "index notes.notes_body dropped"),
				Arguments.of("drop type plan", "type plan dropped"),
				Arguments.of("drop domain email", "type email dropped"),
				Arguments.of("alter type address drop attribute town", "address.town dropped"),
				Arguments.of("drop trigger stamp on notes", "trigger notes.stamp dropped"),
				Arguments.of("drop sequence numbers", "sequence numbers dropped"),
				Arguments.of("drop schema old cascade", "schema old dropped; old.thing dropped"),
				Arguments.of("drop extension pg_trgm", "extension pg_trgm dropped"),
				Arguments.of("alter table notes disable row level security", "notes has row security disabled"),
				Arguments.of("delete from notes where id <= 10", "notes: 10 rows deleted"),
				Arguments.of("truncate notes", "notes: 30 rows deleted"),
				Arguments.of("do $$ begin delete from notes where id = 1; end $$", "notes: 1 row deleted"),
				Arguments.of("select wipe()", "notes: 3 rows deleted"),
				Arguments.of("delete from tenants where id = 1", "notes: 10 rows deleted"),
				Arguments.of("truncate tenants cascade", "notes: 30 rows deleted"),
				Arguments.of("drop table tenants cascade", "constraint notes.notes_tenant_fkey dropped"),
				Arguments.of("do $$ begin execute 'drop ta' || 'ble notes'; end $$", "notes dropped"),
				Arguments.of("drop table log_1", "log_1 dropped"), Arguments.of("truncate log", "log: 50 rows deleted"),
				Arguments.of("delete from log_1", "log: 50 rows deleted"),
				Arguments.of("alter table log detach partition log_1; truncate log_1", "log: 50 rows deleted"),
				Arguments.of("alter table log detach partition log_1; delete from log_1 where id <= 3",
						"log: 3 rows deleted"),
				Arguments.of("do $$ begin alter table log detach partition log_1; delete from log_1; end $$",
						"log: 50 rows deleted"),
				Arguments.of("update log set at = at + 181; truncate log_1; delete from log_2 where id <= 10",
						"log: 10 rows deleted"),
				Arguments.of("update log set at = at + 181; savepoint a; truncate log_1; release a;"
						+ " delete from log_2 where id <= 10", "log: 10 rows deleted"),
				Arguments.of("savepoint a; delete from notes where id <= 3; release a", "notes: 3 rows deleted"),
				Arguments.of(
						"savepoint a; update notes set body = 'x'; savepoint b; delete from notes where id <= 3;"
								+ " rollback to b; rollback to a; delete from notes where id = 1",
						"notes: 1 row deleted"),
				Arguments.of("delete from notes where id <= 3; savepoint a; delete from notes; rollback to a",
						"notes: 3 rows deleted (first at script.sql:1:1)"),
				Arguments.of("savepoint a; delete from notes; rollback to a; delete from notes where id <= 3",
						"notes: 3 rows deleted (first at script.sql:1:48)"),
				Arguments.of("alter table notes rename to memos; delete from memos where id <= 3",
						"notes: 3 rows deleted"),
				Arguments.of(
						"alter table \"order\".lines drop column \"group\"; alter table \"order\".lines add column"
								+ " \"group\" int",
						"\"order\".lines.\"group\" dropped and added again: its values are gone"),
				Arguments.of("drop table \"order\".lines; create table \"order\".lines (id int, \"group\" int)",
						"\"order\".lines dropped and created again: its rows are gone"),
				Arguments.of(
						"drop table child; create table child (id int primary key, parent int references parent"
								+ " deferrable initially deferred)",
						"child dropped and created again: its rows are gone"),
				Arguments.of("alter table notes drop column size; alter table notes add column size int;"
						+ " create unique index notes_size on notes (size); create index \"Odd\" on notes (id, size)",
						"notes.size dropped and added again: its values are gone"),
				Arguments.of("drop policy mine on notes; create policy mine on notes using (true)",
						"policy notes.mine dropped and created again differently"),
				Arguments.of("drop index notes_size; create index notes_size on notes (size)",
						"index notes.notes_size dropped and created again differently"),
				Arguments.of(
						"alter table notes alter body set not null; drop index notes_size;"
								+ " create index notes_size on notes (size)",
						"index notes.notes_size dropped and created again differently"),
				Arguments.of(
						"alter table notes alter size type bigint; drop index notes_body;"
								+ " create index notes_body on notes (lower(body), id)",
						"index notes.notes_body dropped and created again differently"),
				Arguments.of(
						"alter table notes alter size set default 1; alter table notes drop constraint short,"
								+ " add constraint short check (true)",
						"constraint notes.short dropped and created again differently"),
				Arguments.of(
						"-- pgkeel:allow-loss tenants.plan moved to subscriptions\nalter table tenants drop column"
								+ " plan cascade, drop constraint tenants_name_key",
						"constraint tenants.tenants_name_key dropped"),
				Arguments.of("drop sequence if exists invoices; create sequence invoices",
						"sequence invoices dropped and created again: it starts anew"),
				Arguments.of("alter table items drop column \"order\"; alter table items add column \"order\" int",
						"items.\"order\" dropped and added again: its values are gone"),
				Arguments.of("drop table \"user\".\"group\"; create table \"user\".\"group\" (id int)",
						"\"user\".\"group\" dropped and created again: its rows are gone"),
				Arguments.of("delete from \"user\".\"group\"", "\"user\".\"group\": 1 row deleted"),
				Arguments.of(
						"-- pgkeel:allow-loss audit copied to the archive\ndelete from audit; delete from audit.entries",
						"audit.entries: 5 rows deleted"),
				Arguments.of("-- pgkeel:allow-loss notes kept elsewhere\ndelete from \"user\".notes",
						"\"user\".notes: 1 row deleted"),
				Arguments.of("-- pgkeel:allow-loss notes.tenant moved\nalter table notes drop column tenant cascade",
						"policy notes.mine dropped"),
				Arguments
					.of("alter table notes alter size type bigint; drop policy mine on notes; create policy mine on notes"
							+ " using (true)", "policy notes.mine dropped and created again differently"),
				Arguments.of("alter table notes rename to memos; drop policy mine on memos; create policy mine on memos"
						+ " using (true)", "policy notes.mine dropped and created again differently"),
				Arguments.of(
						"alter table notes rename to memos; drop policy mine on memos; create table notes (id int,"
								+ " tenant int); create policy mine on notes using (tenant = 1)",
						"policy notes.mine dropped"),
				Arguments.of(
						"alter table items rename to things; alter table things drop column \"order\"; alter table"
								+ " things add column \"order\" int",
						"items.\"order\" dropped and added again: its values are gone"),
				Arguments.of(
						"alter schema \"order\" rename to lots; drop table lots.lines; create table lots.lines (id"
								+ " int, \"group\" int)",
						"\"order\".lines dropped and created again: its rows are gone"),
				Arguments.of("alter table boxes drop column area; alter table boxes add column area int",
						"boxes.area dropped and added again: its values are gone"),
				Arguments.of("do $$ begin delete from notes; insert into notes select i, 1, 'x', i from"
						+ " generate_series(1, 30) i; end $$", "notes: 30 rows deleted"),
				Arguments.of("do $$ begin truncate notes; insert into notes select i, 1, 'x', i from"
						+ " generate_series(1, 30) i; end $$", "notes: 30 rows deleted"),
				Arguments.of("update notes set body = 'x'; delete from notes where id = 7", "notes: 1 row deleted"),
				Arguments.of("insert into notes values (99, 1, 'x', 99); delete from notes where id = 1",
						"notes: 1 row deleted"),
				Arguments.of("alter table notes alter body type varchar(200); delete from notes where id < 3",
						"notes: 2 rows deleted"),
				Arguments.of(
						"merge into notes n using tenants t on n.tenant = t.id and t.id = 2 when matched then delete",
						"notes: 10 rows deleted"),
				Arguments.of("with gone as (delete from notes where id = 5 returning id) select * from gone",
						"notes: 1 row deleted"),
				Arguments.of(
						"do $$ begin if nextval('passes') > 1 then delete from notes; end if; end $$;"
								+ " alter table tenants alter id type bigint",
						"notes: rows deleted or rewritten, which cannot be counted: only the second run"),
				Arguments.of("drop index concurrently if exists \"Odd\"", "index notes.\"Odd\" dropped"),
				Arguments.of("drop index concurrently if exists -- replaced by notes_lower\n  notes_body;",
						"index notes.notes_body dropped"),
				Arguments.of("drop index /* old */ concurrently notes_body", "index notes.notes_body dropped"),
				Arguments.of("drop index concurrently if exists/**/public -- here\n . \"Odd\" restrict -- 'now'",
						"index notes.\"Odd\" dropped"),
				Arguments.of("set search_path = old; drop index concurrently thing_id",
						"index old.thing.thing_id dropped"));
	}

	static Stream<String> harmless() {
		return Stream.of("create table if not exists notes (id int)", "create table more (id int); drop table more",
				"alter table notes add column more text default 'x'",
				"alter table notes add column more uuid default gen_random_uuid()",
				"alter table notes alter size type bigint", "alter table notes alter body type varchar(200)",
				"alter table tenants alter id type bigint", "alter table notes set unlogged",
				"cluster notes using notes_pkey", "refresh materialized view counted", "update notes set body = 'x'",
				"update notes set size = size + 1000; update notes set size = size - 999",
				"insert into tenants values (1, 'one', 'pro') on conflict (id) do update set plan = excluded.plan",
				"insert into tenants values (1, 'one', 'pro') on conflict do nothing",
				"update log set at = at + 181 where at < '2026-06-01'",
				"do $$ begin delete from notes; raise 'no'; exception when others then null; end $$",
				"do $$ begin truncate notes; raise 'no'; exception when others then null; end $$",
				"do $$ begin delete from notes; insert into notes values (1, 1, 'x', 1); raise 'no';"
						+ " exception when others then null; end $$",
				"do $$ begin drop table notes; raise 'no'; exception when others then null; end $$",
				"drop policy if exists mine on notes; create policy mine on notes using (tenant = 1)",
				"drop view names; create view names as select name from tenants",
				"drop view names; create view names as select name, id from tenants",
				"create or replace view names as select name, id from tenants",
				"drop function twice(int); create function twice(n int) returns int language sql as 'select n * 2'",
				"create or replace function twice(n int) returns int language sql as 'select n + n'",
				"drop index notes_body; create index notes_body on notes (lower(body))",
				"alter table notes drop constraint short, add constraint short check (length(body) < 100)",
				"alter table notes alter size type bigint; drop index notes_size; create unique index notes_size on notes"
						+ " (size)",
				"alter table notes alter body type varchar(200); drop index notes_body; create index notes_body on notes"
						+ " (lower(body))",
				"alter table notes rename size to extent; drop index \"Odd\"; create index \"Odd\" on notes (id, extent)",
				"drop policy mine on notes; alter table notes alter tenant type bigint; create policy mine on notes using"
						+ " (tenant = 1)",
				"alter table notes rename tenant to owner; drop policy mine on notes; create policy mine on notes using"
						+ " (owner = 1)",
				"do $$ begin if to_regclass('notes') is not null and to_regclass('memos') is null then alter table notes"
						+ " rename to memos; end if; end $$; drop policy if exists mine on memos;"
						+ " create policy mine on memos using (tenant = 1)",
				"alter table notes rename to memos; drop trigger stamp on memos; create trigger stamp before update on"
						+ " memos for each row execute function stamp()",
				"alter table notes rename to memos; drop index notes_body; create index notes_body on memos (lower(body));"
						+ " alter table memos drop constraint short, add constraint short check (length(body) < 100)",
				"create schema elsewhere; alter table notes set schema elsewhere; drop policy mine on elsewhere.notes;"
						+ " create policy mine on elsewhere.notes using (tenant = 1)",
				"alter table boxes drop column area; alter table boxes add column area int generated always as"
						+ " (width * width) stored",
				"drop sequence numbers; create sequence numbers",
				"drop sequence invoices; create sequence invoices; select setval('invoices', 5000)",
				"drop table empty_one; create table empty_one (id serial); drop table empty_one; create table empty_one (id int)",
				"drop trigger stamp on notes; create trigger stamp before update on notes for each row execute function"
						+ " stamp()",
				"drop type plan; create type plan as enum ('free', 'pro')",
				"drop table empty_one; create table empty_one (id int)", "truncate empty_one",
				"delete from notes where id > 99",
				"insert into notes values (99, 1, 'x', 99); delete from notes where id = 99",
				"do $$ begin insert into notes values (99, 1, 'x', 99); delete from notes where id = 99; end $$",
				"alter table notes rename to memos; alter table memos rename column body to entry",
				"create schema elsewhere; alter table notes set schema elsewhere",
				"alter table if exists notes rename to memos; alter table memos add column more uuid default gen_random_uuid()",
				"create schema elsewhere; alter table notes set schema elsewhere; alter table elsewhere.notes add column"
						+ " more uuid default gen_random_uuid()",
				"alter schema \"order\" rename to \"table\"; alter table \"table\".lines alter id type bigint",
				"alter table \"order\".lines rename to \"table\"; alter table \"order\".\"table\" alter id type bigint",
				"alter table \"order\".lines alter id type bigint",
				"create table log_3 partition of log for values from ('2027-01-01') to ('2028-01-01');"
						+ " update log set at = at + 365 where at < '2026-02-01'",
				"alter table log rename to logs; update logs set at = at + 181 where at < '2026-06-01'",
				"update log set at = at + 181 where at < '2026-02-01'; alter table log detach partition log_2;"
						+ " alter table log_2 alter id type bigint",
				"do $$ begin update log set at = at + 181 where at < '2026-02-01'; alter table log detach partition log_1; end $$",
				"alter index notes_body rename to notes_lower", "alter type plan rename value 'pro' to 'paid'",
				"alter table log detach partition log_1",
				"create table log_3 (id int not null, at date not null, line text, primary key (id, at)); create index on log_3 (line);"
						+ " alter table log attach partition log_3 for values from ('2027-01-01') to ('2028-01-01')",
				"alter table notes add constraint once unique using index notes_size",
				"create temporary table scratch on commit drop as select * from notes; delete from scratch; truncate"
						+ " scratch",
				"alter table notes disable row level security; alter table notes enable row level security",
				"alter policy mine on notes using (tenant = 2)", "reindex table notes", "delete from empty_one",
				"savepoint a; update notes set body = 'y'; rollback to a; release a",
				"savepoint a; delete from notes where id <= 3; rollback to savepoint a",
				"savepoint a; truncate notes; rollback work to \"a\"; insert into notes values (99, 1, 'x', 99);"
						+ " delete from notes where id = 99",
				"update child set parent = 1; alter table parent add column more int");
	}

	@ParameterizedTest
	@MethodSource
	void losses(String script, String loss) throws SQLException {
		try {
			assertThatExceptionOfType(SchemaScriptException.class).isThrownBy(() -> guarded(true, script))
				.withMessageContaining(loss)
				.satisfies((ex) -> assertThat(ex.getAction()).contains("-- pgkeel:allow-loss "));
		}
		finally {
			connection().rollback();
		}
	}

	@ParameterizedTest
	@MethodSource
	void harmless(String script) throws SQLException {
		try {
			String hash = fingerprint(script);
			guarded(true, script);
			assertThat(notes()).isEqualTo(hash);
		}
		finally {
			connection().rollback();
		}
	}

	@Test
	void thereAreThirtyOfEach() {
		assertThat(losses().count()).isGreaterThanOrEqualTo(30);
		assertThat(harmless().count()).isGreaterThanOrEqualTo(30);
	}

	@Test
	void whatTheScriptNamesIsAllowed() throws SQLException {
		for (String script : List.of("""
				-- pgkeel:allow-loss notes.size nobody reads it
				alter table notes drop column size;
				""", """
				-- pgkeel:allow-loss public.notes test data
				delete from notes;
				-- pgkeel:allow-loss names replaced by tenants
				drop view names;
				""", """
				-- pgkeel:allow-loss notes moved to another service
				drop table notes;
				""", """
				-- pgkeel:allow-loss old not used since 2024
				drop schema old cascade;
				""", """
				-- pgkeel:allow-loss twice no longer called
				drop function twice(int);
				-- pgkeel:allow-loss notes."Odd" useless
				drop index concurrently "Odd";
				""", """
				-- pgkeel:allow-loss tenants.name taken from elsewhere
				-- pgkeel:allow-loss names its column goes
				alter table tenants drop column name cascade;
				""", """
				-- pgkeel:allow-loss items.order nobody sorts
				alter table items drop column "order";
				""", """
				-- pgkeel:allow-loss audit copied to the archive
				-- pgkeel:allow-loss audit.entries copied to the archive
				drop schema audit cascade;
				""", """
				-- pgkeel:allow-loss log older than the retention
				delete from log where at < '2026-02-01';
				""", """
				-- pgkeel:allow-loss log kept elsewhere
				truncate log;
				""", """
				-- pgkeel:allow-loss log kept elsewhere
				delete from log_1;
				""", """
				-- pgkeel:allow-loss log kept elsewhere
				alter table log detach partition log_1;
				truncate log_1;
				""", """
				-- pgkeel:allow-loss log_1 kept elsewhere
				delete from log;
				""", """
				-- pgkeel:allow-loss log_2 kept elsewhere
				update log set at = at + 181 where at < '2026-02-01';
				""")) {
			guarded(true, script);
			connection().rollback();
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "notes_body, notes_size", "U&\"notes\\005fbody\"" })
	void indexWhoseNameCannotBeReadIsNotDroppedAfterTheCommit(String name) throws SQLException {
		assertThatExceptionOfType(SchemaScriptException.class)
			.isThrownBy(() -> guarded(true, "select 1;\n  drop index concurrently " + name))
			.withMessageStartingWith("script.sql:2:3: ")
			.satisfies((ex) -> assertThat(ex.getAction()).contains("one plain or quoted name"));
		connection().rollback();
	}

	@Test
	void indexThatIsNotThereIsNoLoss() throws SQLException {
		guarded(true, "drop index concurrently if exists gone; drop index concurrently if exists \"a \"\"b\"\"\";"
				+ " drop index concurrently if exists idx_\u00e9\uD83D\uDE00; drop index concurrently if exists old . gone");
		connection().rollback();
	}

	@Test
	void allowanceOfOneObjectIsNoneOfAnother() throws SQLException {
		assertThatExceptionOfType(SchemaScriptException.class).isThrownBy(() -> guarded(true, """
				-- pgkeel:allow-loss tenants old customers
				delete from tenants where id = 3;
				""")).withMessageContaining("notes: 10 rows deleted").withMessageNotContaining("tenants:");
		connection().rollback();
	}

	@Test
	void allowanceOfAPartitionIsNoneOfTheOthers() throws SQLException {
		for (String deletion : List.of("delete from log", "truncate log", "drop table log_1; delete from log_2")) {
			run("insert into log select i, date '2026-08-01', 'line' from generate_series(1, 7) i");
			assertThatExceptionOfType(SchemaScriptException.class)
				.isThrownBy(() -> guarded(true, "-- pgkeel:allow-loss log_1 kept elsewhere\n" + deletion))
				.withMessageContaining("before: log: 7 rows deleted");
			connection().rollback();
		}
	}

	@Test
	void allowanceWithoutReasonIsRefused() throws SQLException {
		assertThatExceptionOfType(SchemaScriptException.class).isThrownBy(() -> guarded(true, """
				select 1;
				-- pgkeel:allow-loss notes
				delete from notes;
				""")).withMessageContaining("script.sql:3:1").withMessageContaining("gives no reason");
		connection().rollback();
	}

	@Test
	void nameWithoutASchemaIsMeantAsTheSessionFindsIt() throws SQLException {
		for (String script : List.of("-- pgkeel:allow-loss notes kept elsewhere\ndelete from notes",
				"-- pgkeel:allow-loss notes kept elsewhere\ndelete from public.notes")) {
			run("set local search_path = \"user\"");
			guarded(true, script);
			connection().rollback();
		}
		guarded(true, "set search_path = \"user\";\n-- pgkeel:allow-loss notes kept elsewhere\ndelete from notes");
		connection().rollback();
	}

	@Test
	void schemaWhoseNameBeginsLikeTheServersIsGuardedWhateverABackslashMeans() throws SQLException {
		run("create schema pgboss; create table pgboss.job (id int); set local standard_conforming_strings = off");
		assertRefused("drop schema pgboss cascade", "schema pgboss dropped; pgboss.job dropped");
	}

	@Test
	void columnOfAnotherTableInAPolicyIsNoneOfItsOwn() throws SQLException {
		String policy = "create policy mine on notes using (exists (select from tenants t where t.id = tenant))";
		run("drop policy mine on notes; " + policy);
		assertRefused(
				"alter table notes alter id type bigint; drop policy mine on notes; create policy mine on notes using"
						+ " (true)",
				"policy notes.mine dropped and created again differently");
		run("drop policy mine on notes; " + policy);
		guarded(true, "drop policy mine on notes; alter table notes alter tenant type bigint; " + policy);
		connection().rollback();
	}

	/**
	 * Virtual ones are new in PostgreSQL 18.
	 */
	@Test
	void generatedColumnMayBeAddedAgainDifferently() throws SQLException {
		String kind = (TestServer.shared().majorVersion() >= 18) ? "virtual" : "stored";
		run("alter table boxes add column half int generated always as (width / 2) " + kind);
		guarded(true, "alter table boxes drop column half; alter table boxes add column half int generated always as"
				+ " (width / 3) " + kind);
		connection().rollback();
	}

	@Test
	void placeOfTheFirstDeletionIsNamed() throws SQLException {
		assertThatExceptionOfType(SchemaScriptException.class)
			.isThrownBy(() -> guarded(true, "update notes set body = 'x';\n  delete from notes where id = 3;"))
			.withMessage("Schema scripts would destroy what was there before: notes: 1 row deleted (first at"
					+ " script.sql:2:3)");
		connection().rollback();
	}

	@Test
	void observedLossIsReportedAndGoesOn(CapturedOutput output) throws SQLException {
		guarded(false, "delete from notes where id = 3; drop view names");
		assertThat(query("select count(*) from notes")).isEqualTo("29");
		connection().rollback();
		assertThat(output).contains("Schema scripts would have been refused")
			.contains("view names dropped; notes: 1 row deleted (first at script.sql:1:1). With pgkeel.mode=observe the"
					+ " run goes on, and this is destroyed when it commits.")
			.contains("write above the statement: -- pgkeel:allow-loss names <reason>, -- pgkeel:allow-loss notes"
					+ " <reason>");
	}

	@Test
	void baselineIsTakenAnewInEachAttempt() throws SQLException {
		LossGuard guard = new LossGuard(true);
		run("delete from notes where id = 1");
		CatalogSnapshot before = CatalogSnapshot.take(connection());
		guard.begin(connection(), before);
		ScriptRun run = scriptRun("update notes set body = 'x'");
		run.execute(connection());
		guard.check(connection(), run, before, CatalogSnapshot.take(connection()));
		connection().rollback();
	}

	@Test
	void whatOthersDropMeanwhileIsNotTheScriptsDoing() throws SQLException {
		this.database.execute("create table foreign_one (id int); create view foreign_view as select 1 as one");
		LossGuard guard = new LossGuard(true);
		CatalogSnapshot before = CatalogSnapshot.take(connection());
		guard.begin(connection(), before);
		ScriptRun run = scriptRun("update notes set body = 'x'");
		run.execute(connection());
		this.database.execute("drop table foreign_one; drop view foreign_view");
		guard.check(connection(), run, before, CatalogSnapshot.take(connection()));
		connection().rollback();
	}

	@Test
	void switchedOffCountersAreAnnounced(CapturedOutput output) throws SQLException {
		guarded(true, "set local track_counts = off; delete from notes where id = 3");
		connection().rollback();
		assertThat(output).contains("track_counts is off: deleted rows cannot be seen");
	}

	/**
	 * As the chunks of a TimescaleDB hypertable.
	 */
	@ParameterizedTest
	@ValueSource(strings = { "delete from metrics", "truncate metrics", "drop table parts.metrics_1" })
	void lossInASchemaOfAnExtensionIsAnnounced(String script, CapturedOutput output) throws SQLException {
		run("create schema parts; alter extension plpgsql add schema parts; create table metrics (at int);"
				+ " create table parts.metrics_1 () inherits (metrics); insert into parts.metrics_1 values (1)");
		guarded(true, "insert into parts.metrics_1 values (2); update metrics set at = 3 where at = 2");
		assertThat(output).doesNotContain("schema of an extension's");
		guarded(true, script);
		connection().rollback();
		assertThat(output).contains("pgkeel does not see whether rows of before are lost there: parts.metrics_1");
	}

	@Test
	void roleThatCannotCountIsRefusedInDoubt() throws SQLException {
		run("create role clerk; grant delete, update (body), select (id) on notes to clerk; set local role clerk");
		assertThatExceptionOfType(SchemaScriptException.class)
			.isThrownBy(() -> guarded(true, "delete from notes where id = 3"))
			.withMessageContaining("row security hides rows from this role");
		connection().rollback();
	}

	@Test
	void roleOfTheScriptThatSeesNoRowsHidesNoLoss() throws SQLException {
		for (String start : List.of("set role keeper;", "set session authorization keeper;")) {
			run("create role keeper; alter table notes owner to keeper; alter table notes force row level security");
			assertRefused(start + " truncate notes", "notes: 30 rows deleted");
		}
	}

	@Test
	void roleOfTheScriptThatMayNotReadHidesNoLoss() throws SQLException {
		run("create role janitor; grant truncate on notes to janitor");
		assertRefused("update notes set body = 'x'; set role janitor; truncate notes", "notes: 30 rows deleted");
	}

	@Test
	void scriptKeepsItsRoleWhileRowsAreCounted() throws SQLException {
		run("create role writer; grant insert, delete on empty_one to writer; grant create on schema public to writer;"
				+ " insert into empty_one values (1)");
		guarded(true, """
				set role writer;
				insert into empty_one values (2);
				-- a sign, but no loss
				do $$ begin delete from empty_one; raise 'no'; exception when others then null; end $$;
				create table written (id int);
				""");
		assertThat(query("select tableowner from pg_tables where tablename = 'written'")).isEqualTo("writer");
		connection().rollback();
	}

	@Test
	void forcedRowSecurityHidesNoLossOfATable() throws SQLException {
		hideItems();
		assertRefused("drop table items; create table items (id int, \"order\" int); " + HIDING,
				"items dropped and created again: its rows are gone");
	}

	@Test
	void forcedRowSecurityHidesNoLossOfAColumn() throws SQLException {
		hideItems();
		assertRefused("alter table items drop column \"order\"; alter table items add column \"order\" int",
				"items.\"order\" dropped and added again: its values are gone");
	}

	/**
	 * Such a row looks like one that the run has inserted.
	 */
	@ParameterizedTest
	@ValueSource(strings = { "update notes set body = 'x' where id = 3", "alter table notes alter size type bigint",
			"alter table notes add column more uuid not null default gen_random_uuid()",
			"insert into notes values (3, 1, 'x', 3) on conflict (id) do update set body = excluded.body",
			"do $$ begin update notes set body = 'x'; insert into notes values (98, 1, 'x', 98); delete from notes"
					+ " where id = 98; end $$",
			"update notes set body = 'x'; do $$ begin insert into notes values (98, 1, 'x', 98); raise 'no';"
					+ " exception when others then null; end $$" })
	void rowsThatTheRunHasWrittenAnewBeforeAreLostToo(String before) throws SQLException {
		assertRefused(before + "; insert into notes values (99, 1, 'x', 99); delete from notes where id = 3",
				"notes: 1 row deleted");
	}

	@Test
	void updateOfARowOfTheRunHidesNoLossInTheSameStatement() throws SQLException {
		assertRefused(
				"insert into notes values (99, 1, 'x', 99); do $$ begin update notes set body = 'y' where id = 99;"
						+ " delete from notes where id = 3; end $$",
				"notes: 1 row deleted");
	}

	@Test
	void rowsOfTheRunAreNotCountedAmongTheLost() throws SQLException {
		assertRefused("insert into notes values (99, 1, 'x', 99); truncate notes", "notes: 30 rows deleted");
		assertRefused("alter table notes alter size type bigint; insert into notes values (99, 1, 'x', 99);"
				+ " delete from notes", "notes: 30 rows deleted");
	}

	@Test
	void rowsThatTheCommitDeletesAreLost() throws SQLException {
		deferTo("delete from notes where id <= 3");
		assertRefused("insert into \"user\".\"group\" values (2)",
				"notes: 3 rows deleted (first at the commit, by a deferred trigger)");
	}

	@Test
	void whatTheCommitDoesBesidesIsLeftToIt() throws SQLException {
		deferTo("insert into items values (2, 2); delete from items where id = 2; update items set id = 3;"
				+ " insert into empty_one values (1)");
		guarded(true, "insert into \"user\".\"group\" values (2)");
		assertThat(query("select count(*) from empty_one")).isEqualTo("0");
		run("set constraints all immediate");
		assertThat(query("select count(*) from empty_one")).isEqualTo("1");
		connection().rollback();
	}

	@Test
	void whatTheCommitWillRefuseIsLeftToIt() throws SQLException {
		deferTo("insert into parent values (1)");
		guarded(true, "insert into \"user\".\"group\" values (2)");
		assertThatExceptionOfType(SQLException.class).isThrownBy(() -> run("set constraints all immediate"))
			.withMessageContaining("parent_pkey");
		connection().rollback();
	}

	private void deferTo(String action) throws SQLException {
		run("create function late() returns trigger language plpgsql as $$ begin " + action
				+ "; return null; end $$; create constraint trigger late after insert on \"user\".\"group\""
				+ " deferrable initially deferred for each row execute function late()");
	}

	/**
	 * From their owner, who is to apply the scripts.
	 */
	private void hideItems() throws SQLException {
		run("create role keeper; grant create on schema public to keeper; " + HIDING
				+ "; alter table items owner to keeper; set local role keeper");
	}

	private void assertRefused(String script, String loss) throws SQLException {
		assertThatExceptionOfType(SchemaScriptException.class).isThrownBy(() -> guarded(true, script))
			.withMessageContaining("before: " + loss);
		connection().rollback();
		assertThat(query("select (select count(*) from notes) || ' ' || (select count(\"order\") from items)"))
			.isEqualTo("30 1");
		connection().rollback();
	}

	/**
	 * Returns what a script leaves behind without the guard.
	 */
	private String fingerprint(String script) throws SQLException {
		run("savepoint plain");
		scriptRun(script).execute(connection());
		String result = notes();
		run("rollback to plain");
		return result;
	}

	private String notes() throws SQLException {
		return query(
				"select coalesce(sum(hashtext(n::text)), 0) || ' ' || count(*) from (select (xpath('/row/c/text()',"
						+ " query_to_xml('select count(*) as c from ' || c.oid::regclass, false, true, '')))[1]::text || relname"
						+ " as n from pg_class c where relkind in ('r', 'p', 'v') and relnamespace::regnamespace::text !~"
						+ " '^pg_|information_schema') x");
	}

	private void guarded(boolean refuses, String script) throws SQLException {
		LossGuard guard = new LossGuard(refuses);
		CatalogSnapshot before = CatalogSnapshot.take(connection());
		guard.begin(connection(), before);
		ScriptRun run = scriptRun(script);
		run.execute(connection());
		guard.check(connection(), run, before, CatalogSnapshot.take(connection()));
	}

	private static ScriptRun scriptRun(String script) {
		return new ScriptRun(List.of(ScriptOutline.of(TextScript.of("script.sql", script))), new RunProgress());
	}

	private String query(String sql) throws SQLException {
		try (Statement statement = connection().createStatement(); var row = statement.executeQuery(sql)) {
			row.next();
			return row.getString(1);
		}
	}

	private void run(String sql) throws SQLException {
		try (Statement statement = connection().createStatement()) {
			statement.execute(sql);
		}
	}

	private Connection connection() {
		Connection open = this.connection;
		if (open == null) {
			throw new IllegalStateException("not connected");
		}
		return open;
	}

}
