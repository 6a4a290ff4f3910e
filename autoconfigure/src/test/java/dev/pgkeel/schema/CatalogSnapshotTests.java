package dev.pgkeel.schema;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;

import dev.pgkeel.testsupport.TestDatabase;
import dev.pgkeel.testsupport.TestServer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.postgresql.PGConnection;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link CatalogSnapshot} and {@link CatalogDiff}.
 */
@Tag("compatibility")
class CatalogSnapshotTests {

	private static final String SCHEMA = """
			create schema app;
			create type app.plan as enum ('free', 'pro');
			create domain app.email as text constraint has_at check (value like '%@%');
			create type app.address as (street text, town text);
			create table app.tenants (id int generated always as identity primary key, name text not null default 'a' || 'b',
			  plan app.plan default 'free', mail app.email, constraint short check (length(name) < 50));
			create table app.notes (id serial primary key, tenant int not null references app.tenants on delete cascade,
			  body text, at timestamptz default now(), size int generated always as (length(body)) stored);
			create index notes_body on app.notes (lower(body)) where tenant > 0;
			create unique index notes_once on app.notes (tenant, body);
			alter table app.notes enable row level security;
			create policy mine on app.notes using (tenant = current_setting('app.tenant')::int);
			create function app.stamp() returns trigger language plpgsql as $$ begin return new; end $$;
			create function app.twice(n int default 21) returns int return n * 2;
			create procedure app.nothing(p app.plan) language sql as 'select 1';
			create aggregate app.total(int) (sfunc = int4pl, stype = int, initcond = '0');
			create trigger stamp before update on app.notes for each row when (new.tenant > 1) execute function app.stamp();
			create view app.names as select t.name, n.body, app.twice(t.id) as twice from app.tenants t
			  join app.notes n on n.tenant = t.id;
			create materialized view app.counted as select plan, count(*) as n from app.tenants group by plan;
			create rule quiet as on delete to app.names do instead nothing;
			create table app.log (at date not null, line text) partition by range (at);
			create table app.log_1 partition of app.log for values from ('2026-01-01') to ('2027-01-01');
			create index on app.log (at);
			create sequence app.numbers;
			""";

	private final TestDatabase database = TestServer.shared().newDatabase();

	private Connection connection;

	@BeforeEach
	void connect() throws SQLException {
		this.connection = this.database.connect();
		run(SCHEMA);
	}

	@AfterEach
	void close() throws SQLException {
		this.connection.close();
	}

	@Test
	void allKindsOfObjectsAreSeen() throws SQLException {
		assertThat(CatalogSnapshot.take(this.connection).objects()).extracting(CatalogObject::toString)
			.contains("schema app", "type app.plan", "type app.email", "constraint app.email.has_at",
					"type app.address", "column app.address.street", "table app.tenants", "column app.tenants.plan",
					"constraint app.tenants.tenants_pkey", "constraint app.tenants.short",
					"sequence app.tenants_id_seq", "constraint app.notes.notes_tenant_fkey",
					"index app.notes.notes_body", "index app.notes.notes_once", "policy app.notes.mine",
					"function app.stamp()", "function app.twice(integer)", "procedure app.nothing(app.plan)",
					"aggregate app.total(integer)", "trigger app.notes.stamp", "view app.names",
					"materialized view app.counted", "rule app.names.quiet", "table app.log_1",
					"index app.log.log_at_idx", "sequence app.numbers", "extension plpgsql", "schema public")
			.doesNotContain("index app.tenants.tenants_pkey", "index app.log_1.log_1_at_idx", "rule app.names._RETURN")
			.noneMatch((name) -> name.contains("pg_catalog") || name.contains("pg_toast"));
	}

	@Test
	void namesAreTheSameHoweverManyRowsAreFetchedAtOnce() throws SQLException {
		run("set search_path = app");
		CatalogSnapshot snapshot = CatalogSnapshot.take(this.connection);
		this.connection.setAutoCommit(false);
		this.connection.unwrap(PGConnection.class).setDefaultFetchSize(1);
		assertThat(CatalogSnapshot.take(this.connection).objects())
			.containsExactlyInAnyOrderElementsOf(snapshot.objects());
		this.connection.rollback();
	}

	@Test
	void droppingAndCreatingEverythingAgainIsNoDifference() throws SQLException {
		CatalogSnapshot before = CatalogSnapshot.take(this.connection);
		run("drop schema app cascade");
		run("create table elsewhere (id int)");
		run(SCHEMA);
		run("drop table elsewhere");
		CatalogDiff diff = CatalogDiff.between(before, CatalogSnapshot.take(this.connection));
		assertThat(diff).isEqualTo(new CatalogDiff(List.of(), List.of(), List.of()));
		assertThat(diff.isEmpty()).isTrue();
	}

	@Test
	void otherLayoutOfTheSameSqlIsNoDifference() throws SQLException {
		CatalogSnapshot before = CatalogSnapshot.take(this.connection);
		run("""
				drop view app.names;
				create or replace    view app.names as
				select t.name,
				       n.body, app.twice(t.id) as twice
				from app.tenants t join app.notes n on n.tenant = t.id;
				create rule quiet as on delete to app.names do instead nothing;
				drop policy mine on app.notes;
				create    policy   mine   on app.notes using   (tenant = current_setting('app.tenant')::int);
				drop index app.notes_body;
				create   index  notes_body on app.notes (lower(body)) where   tenant > 0;
				alter table app.tenants drop constraint short, add   constraint short check   (length(name) < 50);
				""");
		assertThat(CatalogDiff.between(before, CatalogSnapshot.take(this.connection)).isEmpty()).isTrue();
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|',
			textBlock = """
					alter table app.notes alter body set not null                     | column app.notes.body
					alter table app.notes alter body set default 'x'                  | column app.notes.body
					alter table app.notes alter at set default '2026-01-01'           | column app.notes.at
					alter table app.log alter line type varchar(20)                   | column app.log.line
					alter table app.notes disable row level security                  | table app.notes
					alter table app.notes force row level security                    | table app.notes
					alter table app.notes set (fillfactor = 70)                       | table app.notes
					alter policy mine on app.notes using (true)                       | policy app.notes.mine
					alter policy mine on app.notes to postgres                        | policy app.notes.mine
					alter table app.notes disable trigger stamp                       | trigger app.notes.stamp
					alter type app.plan add value 'team'                              | type app.plan
					alter type app.plan rename value 'pro' to 'paid'                  | type app.plan
					alter domain app.email set not null                               | type app.email
					alter sequence app.numbers increment 5                            | sequence app.numbers
					create or replace view app.names as select t.name, n.body, app.twice(t.id + 1) as twice from app.tenants t join app.notes n on n.tenant = t.id | view app.names
					create or replace function app.twice(n int default 21) returns int return n * 3 | function app.twice(integer)
					create or replace function app.twice(n int default 22) returns int return n * 2 | function app.twice(integer)
					alter function app.stamp() security definer                       | function app.stamp()
					alter table app.notes alter constraint notes_tenant_fkey deferrable | constraint app.notes.notes_tenant_fkey
					update pg_index set indisvalid = false where indexrelid = 'app.notes_once'::regclass | index app.notes.notes_once
					update pg_index set indisvalid = false where indexrelid = 'app.tenants_pkey'::regclass | constraint app.tenants.tenants_pkey
					drop index app.notes_body; create index notes_body on app.notes (upper(body)) where tenant > 0 | index app.notes.notes_body
					alter table app.tenants drop constraint short, add constraint short check (length(name) < 51) | constraint app.tenants.short
					""")
	void alterationsAreSeen(String sql, String altered) throws SQLException {
		CatalogSnapshot before = CatalogSnapshot.take(this.connection);
		run(sql);
		CatalogDiff diff = CatalogDiff.between(before, CatalogSnapshot.take(this.connection));
		assertThat(diff.altered()).extracting(CatalogObject::toString).contains(altered);
		assertThat(diff.created()).isEmpty();
		assertThat(diff.dropped()).isEmpty();
	}

	@Test
	void createdAndDroppedObjectsAreSeen() throws SQLException {
		CatalogSnapshot before = CatalogSnapshot.take(this.connection);
		run("alter table app.notes drop column body cascade; create table app.\"Odd name\" (id int)");
		CatalogDiff diff = CatalogDiff.between(before, CatalogSnapshot.take(this.connection));
		assertThat(diff.created()).extracting(CatalogObject::toString)
			.containsExactly("table app.\"Odd name\"", "column app.\"Odd name\".id");
		assertThat(diff.dropped()).extracting(CatalogObject::toString)
			.containsExactly("view app.names", "rule app.names.quiet", "column app.notes.body",
					"index app.notes.notes_body", "index app.notes.notes_once", "column app.notes.size");
	}

	@Test
	void renamingIsNoLossOfTheObject() throws SQLException {
		CatalogSnapshot before = CatalogSnapshot.take(this.connection);
		run("alter table app.log rename to journal; alter table app.journal rename column line to entry");
		CatalogDiff diff = CatalogDiff.between(before, CatalogSnapshot.take(this.connection));
		assertThat(diff.dropped()).isEmpty();
		assertThat(diff.created()).isEmpty();
		assertThat(diff.altered()).extracting(CatalogObject::toString)
			.contains("table app.journal", "column app.journal.entry")
			.doesNotContain("column app.journal.at");
	}

	@Test
	void objectsOfExtensionsAndTemporaryOnesAreLeftOut() throws SQLException {
		CatalogSnapshot before = CatalogSnapshot.take(this.connection);
		run("create extension pg_trgm; create temporary table scratch (id int)");
		CatalogDiff diff = CatalogDiff.between(before, CatalogSnapshot.take(this.connection));
		assertThat(diff.created()).extracting(CatalogObject::toString).containsExactly("extension pg_trgm");
	}

	@Test
	void hashesDependOnNeitherSearchPathNorSession() throws SQLException {
		CatalogSnapshot one = CatalogSnapshot.take(this.connection);
		try (Connection other = this.database.connect(); Statement statement = other.createStatement()) {
			statement.execute("set search_path = app, public");
			CatalogSnapshot two = CatalogSnapshot.take(other);
			assertThat(CatalogDiff.between(one, two).isEmpty()).isTrue();
			assertThat(this.database.query("show search_path", String.class)).isNotEqualTo("app, public");
			try (var row = statement.executeQuery("show search_path")) {
				row.next();
				assertThat(row.getString(1)).isEqualTo("app, public");
			}
		}
	}

	@Test
	void snapshotWaitsForNobody() throws SQLException {
		try (Connection other = this.database.connect(); Statement statement = other.createStatement()) {
			other.setAutoCommit(false);
			statement.execute("lock table app.notes, app.tenants, app.names, app.log in access exclusive mode");
			statement.execute("alter table app.notes add column more int");
			statement.execute("create or replace view app.names as select t.name, n.body, 2 as twice from app.tenants t"
					+ " join app.notes n on n.tenant = t.id");
			try (Statement own = this.connection.createStatement()) {
				own.execute("set lock_timeout = '100ms'");
			}
			assertThat(CatalogSnapshot.take(this.connection).objects())
				.contains(new CatalogObject("table", "app.notes"))
				.doesNotContain(new CatalogObject("column", "app.notes.more"));
			other.rollback();
		}
	}

	@Test
	void objectsCanBeLookedUp() throws SQLException {
		CatalogSnapshot snapshot = CatalogSnapshot.take(this.connection);
		CatalogObject notes = new CatalogObject("table", "app.notes");
		assertThat(snapshot.oid(notes)).isEqualTo(this.database.query("select 'app.notes'::regclass::oid", Long.class));
		assertThat(snapshot.hash(notes)).hasSize(32);
		assertThat(snapshot.hash(new CatalogObject("table", "app.absent"))).isNull();
		assertThat(snapshot.oid(new CatalogObject("table", "app.absent"))).isZero();
	}

	private void run(String sql) throws SQLException {
		try (Statement statement = this.connection.createStatement()) {
			statement.execute(sql);
		}
	}

}
