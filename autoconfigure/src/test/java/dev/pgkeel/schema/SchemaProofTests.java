package dev.pgkeel.schema;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;

import dev.pgkeel.testsupport.TestDatabase;
import dev.pgkeel.testsupport.TestServer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for {@link SchemaProof}.
 */
@Tag("compatibility")
class SchemaProofTests {

	private static final String IDEMPOTENT = """
			create table if not exists tenants (id int primary key, plan text, parent int
			  references tenants deferrable initially deferred);
			alter table tenants add column if not exists email text;
			create table if not exists notes (id serial primary key, body text unique);
			create index if not exists notes_body on notes (body);
			alter table notes add column if not exists title text default 'none';
			create or replace view titles as select title from notes;
			drop policy if exists everybody on notes;
			create policy everybody on notes using (true);
			do $$ begin
			  create type plan as enum ('free', 'pro');
			exception when duplicate_object then null;
			end $$;
			insert into tenants values (1, 'free', 2), (2, 'free', 1) on conflict do nothing;
			insert into notes (body) select 'welcome' where not exists (select from notes where body = 'welcome');
			update tenants set plan = 'pro' where id = 1;
			insert into tenants values (1, 'pro', 2) on conflict (id) do update set plan = excluded.plan;
			truncate notes;
			insert into notes (id, body) values (1, 'welcome');
			""";

	private final TestDatabase database = TestServer.shared().newDatabase();

	@TempDir
	private Path path;

	private SchemaFolder folder;

	@BeforeEach
	void prepare() {
		this.folder = SchemaFolder.of(this.path, this.database);
	}

	@Test
	void provesIdempotentScriptsAndLeavesNothing() {
		this.folder.write("1.sql", IDEMPOTENT);
		ProofReport proof = prove();
		assertThat(proof.differences()).isEmpty();
		assertThat(proof.notProvable()).isEmpty();
		assertThat(proof.isIdempotent()).isTrue();
		assertThat(proof.proven()).isEqualTo(15);
		assertThat(this.database.query("select count(*) from pg_class where relnamespace = 'public'::regnamespace",
				Long.class))
			.isZero();
	}

	@Test
	void provesScriptsThatAreThere() {
		this.folder.write("1.sql", IDEMPOTENT).apply();
		assertThat(prove().differences()).isEmpty();
		assertThat(this.database.query("select count(*) from notes", Long.class)).isOne();
	}

	@Test
	void readsRowsOfTablesNamedByReservedWords() {
		this.folder.write("1.sql", """
				create schema if not exists "order";
				create table if not exists "order"."user" (id int primary key, "group" text);
				insert into "order"."user" values (1, 'one') on conflict (id) do update set "group" = excluded."group";
				""");
		assertThat(prove().differences()).isEmpty();
	}

	@Test
	void namesWhatFailsWithItsPlaceAndWhatToWrite() {
		this.folder.write("1.sql", """
				create table if not exists notes (id int primary key);
				  create table tenants (id int primary key);
				create type plan as enum ('free');
				do $$ begin
				  alter table notes add constraint one unique (id);
				exception when duplicate_object then null;
				end $$;
				""");
		assertThat(lines(prove())).containsExactly(
				"1.sql:2:3 error [prove-idempotent] fails on the second run: relation \"tenants\" already exists (SQLSTATE"
						+ " 42P07). Write CREATE TABLE IF NOT EXISTS",
				"1.sql:3:1 error [prove-idempotent] fails on the second run: type \"plan\" already exists (SQLSTATE"
						+ " 42710). Write DO $$ BEGIN IF to_regtype('...') IS NULL THEN ...; END IF; END $$",
				"1.sql:4:1 error [prove-idempotent] fails on the second run: relation \"one\" already exists (SQLSTATE"
						+ " 42P07). Write EXCEPTION WHEN duplicate_table THEN NULL");
	}

	@Test
	void namesWhatFailsOnTheDatabaseThatHasTheScripts() {
		this.folder.write("1.sql", "create table if not exists notes (id int);\ncreate table tenants (id int);")
			.apply();
		assertThat(lines(prove())).containsExactly(
				"1.sql:2:1 error [prove-idempotent] fails on this database: relation \"tenants\" already exists (SQLSTATE"
						+ " 42P07). Write CREATE TABLE IF NOT EXISTS");
	}

	@Test
	void namesWhatChangesTheSchemaAgain() {
		this.folder.write("1.sql", """
				create table if not exists notes (id int primary key, body text);
				create index on notes (body);
				alter table notes alter body drop default;
				do $$ begin
				  if (select atttypid from pg_attribute where attrelid = 'notes'::regclass and attname = 'id')
				      = 'int'::regtype then
				    alter table notes alter id type bigint;
				  else
				    alter table notes alter id type numeric;
				  end if;
				end $$;
				""");
		assertThat(lines(prove())).satisfiesExactly(
				(line) -> assertThat(line).startsWith("1.sql:2:1 error")
					.contains("creates index notes.notes_body_idx1 on the second run. Give it a name"),
				(line) -> assertThat(line).startsWith("1.sql:4:1 error")
					.contains("alters column notes.id on the second run"));
	}

	@Test
	void namesWhatChangesRowsAgain() {
		this.folder.write("1.sql", """
				create table if not exists log (line text);
				insert into log values ('installed');
				create table if not exists prices (id int primary key, cents int);
				insert into prices values (1, 100) on conflict do nothing;
				update prices set cents = cents * 2;
				create function clear() returns void language sql as 'delete from log where line = ''x''';
				""").write("2.sql", """
				create table if not exists counts (n bigint);
				do $$ begin
				  insert into counts select count(*) from log;
				  delete from counts where n < (select max(n) from counts);
				end $$;
				""");
		assertThat(lines(prove())).satisfiesExactly(
				(line) -> assertThat(line).startsWith("1.sql:2:1 error")
					.contains("changes the rows of log on the second run: 1 row before, 2 now. Write"),
				(line) -> assertThat(line).startsWith("1.sql:5:1 error")
					.contains("changes the rows of prices on the second run: 1 row as before, but with other values"),
				(line) -> assertThat(line).startsWith("1.sql:6:1 error").contains("SQLSTATE 42723"),
				(line) -> assertThat(line).startsWith("2.sql:2:1 error")
					.contains("changes the rows of counts on the second run: 1 row as before, but with other values"));
	}

	@Test
	void namesTablesThatAreMadeAnew() {
		this.folder.write("1.sql", """
				drop table if exists notes;
				create table notes (id serial primary key);
				create table if not exists tags (id int, name text);
				alter table tags drop column if exists name;
				alter table tags add column name text;
				-- pgkeel:allow-loss cache filled by the application
				drop table if exists cache;
				create table cache (id int);
				""");
		assertThat(lines(prove())).satisfiesExactly(
				(line) -> assertThat(line).startsWith("1.sql:1:1 error")
					.contains("drops table notes on the second run, to be created again. Leave the DROP out"),
				(line) -> assertThat(line).startsWith("1.sql:4:1 error")
					.contains("drops column tags.name on the second run, to be created again"));
	}

	@Test
	void listsWhatCannotRunTwiceInOneTransaction() {
		this.folder.write("1.sql", """
				create temp table work (id int primary key) on commit drop;
				insert into work values (1);
				create table if not exists notes (id int primary key);
				insert into notes select id from work on conflict do nothing;
				do $$ begin create temporary table more (id int); end $$;
				prepare again as select 1;
				declare rows cursor for select 1;
				create index concurrently if not exists notes_id on notes (id);
				-- pgkeel:ignore prove-idempotent each deployment is counted
				insert into notes select max(id) + 1 from notes;
				""");
		ProofReport proof = prove();
		assertThat(lines(proof)).isEmpty();
		assertThat(proof.notProvable()).extracting(ScriptAdvice::toString)
			.satisfiesExactly(
					(line) -> assertThat(line).startsWith("1.sql:1:1 hint [not-provable] cannot be proven idempotent:"
							+ " it makes something temporary"),
					(line) -> assertThat(line).startsWith("1.sql:5:1 hint").contains("temporary"),
					(line) -> assertThat(line).startsWith("1.sql:6:1 hint").contains("another session"),
					(line) -> assertThat(line).startsWith("1.sql:7:1 hint").contains("another session"),
					(line) -> assertThat(line).startsWith("1.sql:8:1 hint").contains("outside of a transaction"),
					(line) -> assertThat(line).startsWith("1.sql:10:1 hint")
						.contains("left out: each deployment is counted"));
		assertThat(proof.proven()).isEqualTo(3);
	}

	@ParameterizedTest
	@ValueSource(strings = { "create table notes (id int /* no create temp table */);",
			"create table notes (id int -- as in pg_temp.notes\n);",
			"create table notes (line text default 'created by create temp table or in pg_temp.notes');",
			"do $$ begin /* no create temp table */ create table notes (id int); end $$;",
			"do $$ begin -- into temp\n create table notes (id int); end $$;",
			"do $$ begin create table notes (id int, line text default 'pg_temp'); end $$;",
			"create table if not exists temp (id int);"
					+ "do $$ begin insert into temp values (1); create table notes (id int); end $$;" })
	void namesWhatFailsAlthoughItMentionsSomethingTemporary(String statement) {
		this.folder.write("1.sql", statement);
		ProofReport proof = prove();
		assertThat(lines(proof)).singleElement().asString().contains("fails on the second run", "already exists");
		assertThat(proof.notProvable()).isEmpty();
	}

	@ParameterizedTest
	@ValueSource(
			strings = { "set search_path = public, pg_temp", "alter function f() set search_path = public, pg_temp" })
	void provesWhatPutsTheTemporarySchemaIntoThePath(String statement) {
		this.folder.write("1.sql",
				"create or replace function f() returns int language sql as 'select 1';" + statement);
		ProofReport proof = prove();
		assertThat(proof.differences()).isEmpty();
		assertThat(proof.notProvable()).isEmpty();
		assertThat(proof.proven()).isEqualTo(2);
	}

	@ParameterizedTest
	@ValueSource(strings = { "create table pg_temp.work (id int)", "create table \"pg_temp\".work (id int)",
			"select 1 as id into temp work", "do $$ begin execute 'create temp table work (id int)'; end $$",
			"create /* short of */ temp table work (id int)" })
	void saysNothingOfWhatIsTemporary(String statement) {
		this.folder.write("1.sql", statement);
		ProofReport proof = prove();
		assertThat(proof.differences()).isEmpty();
		assertThat(proof.notProvable()).singleElement().asString().contains("it makes something temporary");
	}

	@Test
	void saysNothingOfValuesThatTheTransactionHasAddedToAnEnum() {
		this.database.execute("create type plan as enum ('free')");
		this.folder.write("1.sql", "-- pgkeel:own-transaction\nalter type plan add value if not exists 'pro';")
			.write("2.sql", "create table if not exists tenants (plan plan default 'pro');");
		ProofReport proof = prove();
		assertThat(proof.differences()).isEmpty();
		assertThat(proof.notProvable()).singleElement()
			.asString()
			.startsWith("2.sql:1:1 hint [not-provable] cannot be proven idempotent: it uses a value of an enum");
		this.folder.apply();
		assertThat(prove().notProvable()).isEmpty();
	}

	@Test
	void namesSequencesThatStayWhereTheSecondRunLeftThem() {
		this.folder.write("1.sql", """
				create table if not exists notes (id serial primary key, body text unique);
				insert into notes (body) values ('welcome') on conflict do nothing;
				""").apply();
		ProofReport proof = prove();
		assertThat(proof.differences()).isEmpty();
		assertThat(proof.sequences()).containsExactly("notes_id_seq (2, now 3)");
		assertThat(this.database.query("select last_value from notes_id_seq", Long.class)).isEqualTo(3);
		assertThat(proof.toString()).contains("notes_id_seq (2, now 3)");
	}

	@ParameterizedTest
	@ValueSource(strings = { "savepoint a; insert into notes values (2); rollback to savepoint a; release savepoint a",
			"do $$ begin insert into notes values (2); raise exception 'no'; exception when others then null; end $$",
			"update notes set id = 1 where id = 1", "alter table notes alter id type int",
			"insert into notes values (2); delete from notes where id = 2", "lock table notes",
			"create or replace function f() returns int language sql as 'select 1'",
			"comment on table notes is 'of all tenants'", "grant select on notes to public",
			"drop function if exists g(); create function g() returns int language sql as 'select 1'" })
	void takesNothingForAChangeThatIsNone(String statements) {
		this.folder.write("1.sql", """
				create table if not exists notes (id int primary key);
				insert into notes values (1) on conflict do nothing;
				""" + statements);
		assertThat(prove().toString()).doesNotContain("1.sql");
	}

	@Test
	void namesTheCheckThatTheSecondCommitWouldFail() {
		this.folder.write("1.sql", """
				create table if not exists notes (id int, constraint one unique (id) deferrable initially deferred);
				insert into notes values (1);
				""");
		assertThat(lines(prove())).anySatisfy((line) -> assertThat(line).startsWith("1.sql:2:1 error")
			.contains("fails at the end of the second run: duplicate key value"));
	}

	@Test
	void saysWhichRowsItMayNotRead() {
		this.database.execute("create table audit (line text)");
		this.database.execute("create role " + this.database.name() + "_writer login password 'postgres'");
		this.database.execute("grant insert on audit to " + this.database.name() + "_writer");
		this.folder.write("1.sql", "insert into audit values ('installed');");
		ProofReport proof = SchemaProof
			.of(this.folder.withRole(this.database.name() + "_writer").dataSource(), locations())
			.run();
		assertThat(proof.differences()).isEmpty();
		assertThat(proof.notProvable()).singleElement().asString().contains("1.sql:1:1", "rows of public.audit");
	}

	@Test
	void waitsForWhoAppliesScripts() throws Exception {
		this.folder.write("1.sql", "create table if not exists notes (id int);");
		AtomicReference<ProofReport> proof = new AtomicReference<>();
		Thread other = new Thread(() -> proof.set(prove()));
		other.start();
		this.folder.apply();
		other.join();
		assertThat(proof.get().differences()).isEmpty();
	}

	@Test
	void saysThatThereIsNothingToProve() {
		assertThatExceptionOfType(SchemaScriptException.class).isThrownBy(this::prove)
			.withMessageStartingWith("There is no schema script at file:");
	}

	private ProofReport prove() {
		return SchemaProof.of(this.folder.dataSource(), locations()).run();
	}

	private String locations() {
		return "file:" + this.path + "/*.sql";
	}

	private static List<String> lines(ProofReport proof) {
		return proof.differences().stream().map(ScriptAdvice::toString).toList();
	}

}
