package dev.pgkeel.schema;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

import dev.pgkeel.schema.SchemaReport.Outcome;
import dev.pgkeel.testsupport.TestDatabase;
import dev.pgkeel.testsupport.TestServer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.tuple;

/**
 * Tests for {@link OutsideRun} and {@link InvalidIndex}.
 */
@Tag("compatibility")
@ExtendWith(OutputCaptureExtension.class)
class OutsideRunTests {

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

	@Test
	void invalidIndexIsBuiltAgain(CapturedOutput output) throws Exception {
		this.database.execute("create table notes (id int); insert into notes values (1), (1)");
		try (Connection connection = this.database.connect(); Statement statement = connection.createStatement()) {
			statement.execute("create unique index concurrently notes_id on notes (id)");
		}
		catch (SQLException ex) {
			assertThat(ex.getSQLState()).isEqualTo("23505");
		}
		assertThat(valid("notes_id")).isFalse();
		this.database.execute("truncate notes");
		this.folder.write("1_notes.sql", "create unique index concurrently if not exists notes_id on public.notes (id)")
			.apply();
		assertThat(valid("notes_id")).isTrue();
		assertThat(output.getOut()).contains("1_notes.sql:1:1: index notes_id is invalid");
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
