package dev.pgkeel.schema;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

import dev.pgkeel.schema.SchemaReport.Outcome;
import dev.pgkeel.server.Preflight;
import dev.pgkeel.testsupport.PgBouncer;
import dev.pgkeel.testsupport.RequiresComponent;
import dev.pgkeel.testsupport.TestDatabase;
import dev.pgkeel.testsupport.TestServer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.core.io.FileSystemResource;
import org.springframework.jdbc.datasource.SingleConnectionDataSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests of scripts while other sessions are at work: another instance, a long reader, a
 * build of an index.
 */
@ExtendWith(OutputCaptureExtension.class)
class SchemaConcurrencyTests {

	private static final Duration PATIENCE = Duration.ofSeconds(60);

	private static final String ADVISORY_LOCKS = "select count(*) from pg_locks where locktype = 'advisory'"
			+ " and database = (select oid from pg_database where datname = current_database())";

	private final TestDatabase database = TestServer.shared().newDatabase();

	@TempDir
	private Path directory;

	private SchemaFolder folder;

	private ExecutorService executor;

	@BeforeEach
	void prepare() {
		this.folder = SchemaFolder.of(this.directory, this.database);
		this.executor = Executors.newCachedThreadPool();
	}

	@AfterEach
	void stop() {
		this.executor.shutdownNow();
	}

	@Test
	void waiterTakesOverFromAKilledHolder(CapturedOutput output) throws Exception {
		this.folder.write("1_notes.sql", """
				create table notes (id int);
				select pg_sleep(300) where current_setting('application_name') = 'holder';
				""");
		Process holder = SchemaHolder.start(this.folder.withUrl(this.database.directUrl()));
		try {
			Awaitility.await().atMost(PATIENCE).until(() -> sleepers() == 1);
			Future<SchemaReport> waiter = this.executor.submit(this.folder::apply);
			Awaitility.await().atMost(PATIENCE).until(() -> output.getOut().contains("Another instance is applying"));
			assertThat(output.getOut()).containsPattern("for pid \\d+ \\(holder, role postgres, since 20");
			assertThat(waiter).isNotDone();
			holder.destroyForcibly().waitFor();
			Awaitility.await().pollInterval(Duration.ofMillis(20)).atMost(PATIENCE).until(() -> sleepers() == 0);
			long noticed = System.nanoTime();
			Awaitility.await().pollInterval(Duration.ofMillis(20)).atMost(PATIENCE).until(this::locked);
			assertThat(Duration.ofNanos(System.nanoTime() - noticed)).isLessThan(Duration.ofSeconds(15));
			assertThat(waiter.get().outcome()).isEqualTo(Outcome.APPLIED);
		}
		finally {
			holder.destroyForcibly();
		}
	}

	private long sleepers() {
		return this.database.query("select count(*) from pg_stat_activity where application_name = 'holder'"
				+ " and datname = current_database() and query like '%pg_sleep%'", Long.class);
	}

	/**
	 * Either the waiter holds the lock, or it is done with it.
	 */
	private boolean locked() {
		return this.database.query(ADVISORY_LOCKS, Long.class) > 0
				|| this.database.query("select to_regclass('notes') is not null", Boolean.class);
	}

	@Test
	void onlyConnectionThereIsDoesNotWatchItself() throws SQLException {
		this.folder.write("1_half.sql", "create table half (id int);\nselect pg_sleep(2);\nselect 1 / 0");
		try (Connection connection = this.database.connect()) {
			Preflight preflight = new Preflight(new SingleConnectionDataSource(connection, true), null,
					Duration.ofSeconds(10));
			assertThatExceptionOfType(SchemaScriptException.class).isThrownBy(() -> this.folder.applyThrough(preflight))
				.withMessageContaining("division by zero");
		}
		assertThat(this.database.query("select to_regclass('half') is null", Boolean.class)).isTrue();
	}

	@Test
	void longReaderIsNamedAndNobodyWaitsBehind(CapturedOutput output) throws Exception {
		this.folder.write("1_notes.sql", "create table if not exists notes (id int)").apply();
		this.folder.write("1_notes.sql",
				"create table if not exists notes (id int);\nalter table notes add title text");
		try (Connection reader = this.database.connect(); Statement statement = reader.createStatement()) {
			statement.execute("set application_name = 'report'");
			reader.setAutoCommit(false);
			statement.execute("select * from notes");
			Future<SchemaReport> applying = this.executor.submit(this.folder::apply);
			Awaitility.await()
				.atMost(PATIENCE)
				.until(() -> output.getOut().contains("Schema scripts rolled back, next attempt in"));
			assertThat(output.getOut()).contains("canceling statement due to lock timeout (SQLSTATE 55P03)");
			// Who looks may be too late for the first attempt
			Awaitility.await()
				.atMost(PATIENCE)
				.untilAsserted(() -> assertThat(output.getOut()).containsPattern(
						"in the way: pid \\d+ \\(report, role postgres, transaction open for [\\d:]+, idle in transaction\\)"));
			// The reader's own table stays readable and writable between the attempts
			this.database.execute("set statement_timeout = '60s'; insert into notes values (1)");
			reader.rollback();
			assertThat(applying.get().outcome()).isEqualTo(Outcome.APPLIED);
		}
	}

	@Test
	void attemptIsJudgedByWhatWasThereWhenItBegan(CapturedOutput output) throws Exception {
		this.database.execute("create table notes (id int); insert into notes select generate_series(1, 10);"
				+ " create table blocked (id int); create table somebodys (id int)");
		this.folder.write("1_notes.sql", """
				insert into notes select generate_series(101, 105);
				delete from notes where id > 100;
				alter table blocked add column if not exists title text;
				""");
		applyPastAReader(output, "drop table somebodys; delete from notes where id <= 2").get();
		assertThat(this.database.query("select count(*) from notes", Long.class)).isEqualTo(8);
		assertThat(this.database.query(
				"select count(*) from pg_attribute where attrelid = 'blocked'::regclass" + " and attname = 'title'",
				Long.class))
			.isOne();
	}

	@Test
	void lossIsRefusedAndCountedOnceHoweverManyAttempts(CapturedOutput output) throws Exception {
		this.database.execute("create table notes (id int); insert into notes select generate_series(1, 10);"
				+ " create table blocked (id int)");
		this.folder.write("1_notes.sql", """
				delete from notes where id <= 3;
				alter table blocked add column if not exists title text;
				""");
		Future<SchemaReport> applying = applyPastAReader(output, "select 1");
		assertThatExceptionOfType(ExecutionException.class).isThrownBy(applying::get)
			.withMessageContaining("notes: 3 rows deleted");
		assertThat(this.database.query("select count(*) from notes", Long.class)).isEqualTo(10);
	}

	/**
	 * The script goes on when the writer has either committed or has to wait.
	 */
	@ParameterizedTest
	@CsvSource(delimiter = '|', textBlock = """
			drop table notes; create table notes (id int, body int)      | insert into notes values (2, 7)
			alter table notes drop body; alter table notes add body int  | update notes set body = 7
			""")
	void whatIsWrittenDuringTheSecondPassStays(String script, String write) throws Exception {
		this.database.execute("create table notes (id int, body int); create sequence passes; create sequence written");
		if (write.startsWith("update")) {
			this.database.execute("insert into notes values (1)");
		}
		this.folder.write("1_notes.sql",
				"""
						do $$ begin
						  if nextval('passes') = 2 then
						    while not (select is_called from written) and not exists (select from pg_stat_activity
						        where application_name = 'writer' and datname = current_database() and wait_event_type = 'Lock') loop
						      perform pg_stat_clear_snapshot(), pg_sleep(0.02);
						    end loop;
						  end if;
						end $$;
						"""
						+ script);
		try (Connection writer = this.database.connect(); Statement statement = writer.createStatement()) {
			statement.execute("set application_name = 'writer'");
			Future<SchemaReport> applying = this.executor.submit(this.folder::apply);
			Awaitility.await()
				.atMost(PATIENCE)
				.until(() -> this.database.query("select last_value from passes", Long.class) == 2);
			statement.execute(write);
			statement.execute("select nextval('written')");
			assertThat(applying.get().outcome()).isEqualTo(Outcome.APPLIED);
		}
		assertThat(this.database.query("select count(*) from notes where body = 7", Long.class)).isOne();
	}

	/**
	 * Applies the script while a reader is in the way of the first attempt.
	 */
	private Future<SchemaReport> applyPastAReader(CapturedOutput output, String meanwhile) throws Exception {
		try (Connection reader = this.database.connect(); Statement statement = reader.createStatement()) {
			reader.setAutoCommit(false);
			statement.execute("select * from blocked");
			Future<SchemaReport> applying = this.executor.submit(this.folder::apply);
			Awaitility.await()
				.atMost(PATIENCE)
				.until(() -> output.getOut().contains("Schema scripts rolled back, next attempt in"));
			this.database.execute(meanwhile);
			reader.rollback();
			return applying;
		}
	}

	@Test
	void deadlockIsTriedAgain(CapturedOutput output) throws Exception {
		// The server looks for deadlocks after a second, and must not be late for the
		// timeout
		this.database.execute("alter database " + this.database.name() + " set lock_timeout = '1min'");
		this.database.execute("create table a (id int); create table b (id int)");
		this.folder.write("1_notes.sql", """
				lock table a in access exclusive mode;
				do $$ begin
				  while exists (select from pg_stat_activity where application_name = 'rival'
				      and datname = current_database() and wait_event_type is distinct from 'Lock') loop
				    perform pg_stat_clear_snapshot(), pg_sleep(0.02);
				  end loop;
				end $$;
				lock table b in access exclusive mode;
				create table c (id int);
				""");
		try (Connection rival = this.database.connect(); Statement statement = rival.createStatement()) {
			statement.execute("set application_name = 'rival'; set deadlock_timeout = '1min'");
			rival.setAutoCommit(false);
			statement.execute("lock table b in access exclusive mode");
			Future<SchemaReport> applying = this.executor.submit(this.folder::apply);
			Awaitility.await()
				.atMost(PATIENCE)
				.until(() -> this.database.query("select count(*) from pg_locks where relation = 'a'::regclass"
						+ " and mode = 'AccessExclusiveLock'", Long.class) == 1);
			statement.execute("lock table a in access exclusive mode");
			rival.rollback();
			statement.execute("reset application_name");
			assertThat(applying.get().outcome()).isEqualTo(Outcome.APPLIED);
		}
		assertThat(output.getOut()).contains("Schema scripts rolled back, next attempt in")
			.contains("deadlock detected", "(SQLSTATE 40P01)");
	}

	/**
	 * The lock of the scripts is one per database, and roles are the whole cluster's. The
	 * other database's transaction ends while the script waits for it.
	 */
	@ParameterizedTest
	@CsvSource(delimiter = '|', textBlock = """
			23505 | create role %1$s                      | select 1
			23505 | alter role %2$s set work_mem = '2MB'  | select 1
			XX000 | alter role %2$s set work_mem = '2MB'  | alter role %2$s set work_mem = '1MB'
			XX000 | alter role %2$s connection limit 7    | select 1
			XX000 | alter role %2$s reset work_mem        | alter role %2$s set work_mem = '1MB'
			""")
	void whatAnotherDatabaseDoesToTheSameRoleIsTriedAgain(String state, String statement, String before,
			CapturedOutput output) throws Exception {
		// The wait must not end by itself before the other transaction does
		this.database.execute("alter database " + this.database.name() + " set lock_timeout = '1min'");
		String created = "created_" + this.database.name();
		String existing = "existing_" + this.database.name();
		this.database.execute("create role " + existing + "; " + before.formatted(created, existing));
		String sql = statement.formatted(created, existing);
		// Such a script is not sent in chunks, which are run twice
		this.folder.write("1_roles.sql", """
				savepoint roles;
				do $do$ begin
				  if exists (select from pg_roles where rolname = '%s') <> %s then
				    %s;
				  end if;
				end $do$;
				release savepoint roles;
				""".formatted(sql.contains(created) ? created : existing, sql.contains(created), sql));
		try (Connection other = TestServer.shared().newDatabase().connect();
				Statement rival = other.createStatement()) {
			other.setAutoCommit(false);
			rival.execute(sql);
			Future<SchemaReport> applying = this.executor.submit(this.folder::apply);
			Awaitility.await()
				.atMost(PATIENCE)
				.until(() -> applying.isDone()
						|| this.database.query(
								"select count(*) from pg_stat_activity"
										+ " where datname = current_database() and wait_event_type = 'Lock'",
								Long.class) == 1);
			other.commit();
			assertThat(applying.get().outcome()).isEqualTo(Outcome.APPLIED);
		}
		finally {
			this.database.execute("drop role if exists " + created + ", " + existing);
		}
		assertThat(output.getOut()).contains("Schema scripts rolled back, next attempt in")
			.contains("(SQLSTATE " + state + ")");
	}

	@Test
	void lockThatIsNeverToBeHadEndsTheStartWithAName() throws Exception {
		this.folder.write("1_notes.sql", "select 1;\nalter table notes add title text");
		this.database.execute("create table notes (id int)");
		SchemaLock lock = new SchemaLock(Duration.ofMinutes(1), new Random(1));
		SchemaTransaction transaction = new SchemaTransaction(lock, null, true,
				new SchemaTransaction.Patience(3, Duration.ofSeconds(3), Duration.ofMillis(50)), new Random(1));
		RunProgress progress = new RunProgress();
		SchemaScript script = SchemaScript.of(new FileSystemResource(this.directory.resolve("1_notes.sql")));
		ScriptRun run = new ScriptRun(List.of(ScriptOutline.of(script)), progress);
		try (Connection reader = this.database.connect();
				Statement statement = reader.createStatement();
				Connection connection = this.database.connect();
				RunWatch watch = new RunWatch(this.folder.preflight(), progress)) {
			reader.setAutoCommit(false);
			statement.execute("select * from notes");
			assertThatExceptionOfType(SchemaScriptException.class)
				.isThrownBy(() -> transaction.run(connection, watch, Set.of(), (open, last) -> {
					if (last) {
						progress.lastAttempt();
					}
					run.execute(open);
				}))
				.withMessageStartingWith("The schema scripts could not be applied in 3 attempts: 1_notes.sql:2:1: ")
				.withMessageContaining("(SQLSTATE 55P03, statement 2)")
				.withMessageContaining("in the way: pid ")
				.satisfies((ex) -> assertThat(ex.getAction()).contains("pg_terminate_backend"));
		}
	}

	@Test
	void waiterDoesNotDeadlockWithAnIndexBeingBuilt(CapturedOutput output) throws Exception {
		this.folder.write("1_notes.sql", """
				create table if not exists notes (id int);
				create index concurrently if not exists notes_id on notes (id);
				""");
		this.database.execute("create table notes (id int); insert into notes select generate_series(1, 1000)");
		try (Connection writer = this.database.connect(); Statement statement = writer.createStatement()) {
			writer.setAutoCommit(false);
			statement.execute("insert into notes values (1)");
			Future<SchemaReport> builder = this.executor.submit(this.folder::apply);
			Awaitility.await()
				.atMost(PATIENCE)
				.until(() -> this.database.query("select count(*) from pg_stat_progress_create_index",
						Long.class) == 1);
			Future<SchemaReport> waiter = this.executor.submit(this.folder::apply);
			Awaitility.await().atMost(PATIENCE).until(() -> output.getOut().contains("Another instance is applying"));
			writer.rollback();
			assertThat(builder.get().outcome()).isEqualTo(Outcome.APPLIED);
			assertThat(waiter.get().outcome()).isEqualTo(Outcome.UNCHANGED);
		}
		assertThat(this.database.query("select indisvalid from pg_index where indexrelid = 'notes_id'::regclass",
				Boolean.class))
			.isTrue();
		assertThat(this.database.query(ADVISORY_LOCKS, Long.class)).isZero();
	}

	@Test
	void longRunShowsItsProgress(CapturedOutput output) {
		this.folder.write("1_notes.sql", "select 1;\nselect pg_sleep(10)").apply();
		assertThat(output.getOut())
			.containsPattern("Schema scripts: 0 of 2 statements done, at 1_notes.sql:1:1 for \\d+ s");
	}

	@Test
	@RequiresComponent("pgbouncer")
	void noLockIsLeftBehindInAPooler() {
		try (PgBouncer pooler = PgBouncer.start(PgBouncer.Mode.TRANSACTION, "auth_user = postgres")) {
			SchemaFolder pooled = this.folder.withUrl(pooler.jdbcUrl(this.database.name()));
			for (int i = 0; i < 12; i++) {
				pooled.write(i + "_notes.sql", "create table if not exists notes_" + i + " (id int)");
			}
			assertThat(pooled.apply().outcome()).isEqualTo(Outcome.APPLIED);
			assertThat(pooled.withMode(SchemaMode.ALWAYS).apply().outcome()).isEqualTo(Outcome.APPLIED);
			assertThat(pooled.apply().outcome()).isEqualTo(Outcome.UNCHANGED);
			pooled.write("1_notes.sql", "select 1;\nselect 1 / 0");
			assertThatExceptionOfType(SchemaScriptException.class).isThrownBy(pooled::apply);
			assertThat(this.database.query(ADVISORY_LOCKS, Long.class)).isZero();
			assertThat(this.database.query("select count(*) from pg_stat_activity where pid <> pg_backend_pid()"
					+ " and datname = current_database() and state <> 'idle'", Long.class))
				.isZero();
		}
	}

	@Test
	@RequiresComponent("pgbouncer")
	void indexIsNotBuiltConcurrentlyThroughAPooler() {
		try (PgBouncer pooler = PgBouncer.start(PgBouncer.Mode.TRANSACTION, "auth_user = postgres")) {
			SchemaFolder pooled = this.folder.withUrl(pooler.jdbcUrl(this.database.name()))
				.write("1_notes.sql",
						"create table notes (id int);\ncreate index concurrently if not exists a on notes (id)");
			assertThatExceptionOfType(SchemaScriptException.class).isThrownBy(pooled::apply)
				.withMessageStartingWith("1_notes.sql:2:1: CREATE INDEX CONCURRENTLY runs outside of a transaction")
				.satisfies((ex) -> assertThat(ex.getAction()).startsWith("Set pgkeel.direct.url"));
			assertThat(this.database.query("select to_regclass('notes') is null", Boolean.class)).isTrue();
		}
	}

	@Test
	@RequiresComponent("pgbouncer")
	void indexIsNotBuiltAgainThroughAPooler() {
		this.folder.write("1_notes.sql", "create table if not exists notes (id int)")
			.write("2_index.sql", "create index concurrently if not exists notes_id on notes (id)")
			.write("3_more.sql", "create table if not exists more (id int)")
			.apply();
		try (PgBouncer pooler = PgBouncer.start(PgBouncer.Mode.TRANSACTION, "auth_user = postgres")) {
			SchemaFolder pooled = this.folder.withUrl(pooler.jdbcUrl(this.database.name()))
				.write("3_more.sql", "create table if not exists more (id int);\nselect 1");
			assertThat(pooled.apply().outcome()).isEqualTo(Outcome.APPLIED);
			pooled.write("1_notes.sql",
					"create table if not exists notes (id int);\nalter table notes add column if not exists body text");
			assertThatExceptionOfType(SchemaScriptException.class).isThrownBy(pooled::apply)
				.withMessageStartingWith("2_index.sql:1:1: CREATE INDEX CONCURRENTLY runs outside of a transaction");
			assertThat(this.database.query(
					"select count(*) from pg_attribute where attrelid = 'notes'::regclass" + " and attname = 'body'",
					Long.class))
				.isZero();
			assertThat(this.database.query(ADVISORY_LOCKS, Long.class)).isZero();
		}
	}

}
