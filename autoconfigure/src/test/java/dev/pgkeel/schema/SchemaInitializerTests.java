package dev.pgkeel.schema;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

import dev.pgkeel.schema.SchemaReport.Outcome;
import dev.pgkeel.server.ApplicationInstance;
import dev.pgkeel.server.Preflight;
import dev.pgkeel.testsupport.TestDatabase;
import dev.pgkeel.testsupport.TestServer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.postgresql.PGConnection;
import org.postgresql.ds.PGSimpleDataSource;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.core.io.support.PathMatchingResourcePatternResolver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.tuple;

/**
 * Tests for {@link SchemaInitializer}.
 */
@Tag("compatibility")
@ExtendWith(OutputCaptureExtension.class)
class SchemaInitializerTests {

	private static final String HOLD_LOCK = "select pg_advisory_xact_lock(" + 0x70676b65656c_0001L + ")";

	private final TestDatabase database = TestServer.shared().newDatabase();

	@TempDir
	private Path folder;

	@Test
	void scriptsAreAppliedInOrder(CapturedOutput output) throws IOException {
		write("10_index.sql", "create index if not exists notes_body on notes (body);");
		write("2_notes.sql", "create table if not exists notes (id int, body text);\ncomment on table notes is 'ä;';");
		SchemaReport report = apply();
		assertThat(this.database.query("select to_regclass('notes_body') is not null", Boolean.class)).isTrue();
		assertThat(this.database.query("select obj_description('notes'::regclass)", String.class)).isEqualTo("ä;");
		assertThat(report.outcome()).isEqualTo(Outcome.APPLIED);
		assertThat(report.scripts()).extracting("name", "statements")
			.containsExactly(tuple("2_notes.sql", 2), tuple("10_index.sql", 1));
		assertThat(report.changes().created()).containsExactly("table public.notes", "index public.notes.notes_body");
		assertThat(lines(output)).hasSize(2)
			.allSatisfy((line) -> assertThat(line).contains(" INFO "))
			.anySatisfy((line) -> assertThat(line).containsPattern("Schema applied: 2 scripts, 3 statements, \\d+ ms$"))
			.anySatisfy((line) -> assertThat(line)
				.endsWith("Schema changes: created table public.notes, index public.notes.notes_body"));
	}

	@Test
	void blocksAndDollarQuotesWork() throws IOException {
		write("1_notes.sql",
				"""
						do $$
						begin
						  if to_regclass('notes') is null then
						    create table notes (id uuid default gen_random_uuid(), body text);
						  end if;
						exception when duplicate_table then null;
						end $$;
						create or replace function note_count() returns bigint language sql as $body$ select count(*) from notes; $body$;
						create or replace function one() returns int language sql begin atomic select 1; end;
						select '{"not": "an escape"}'::jsonb ? 'not';
						""");
		apply();
		apply();
		assertThat(this.database.query("select note_count() + one()", Long.class)).isOne();
	}

	@Test
	void errorRollsBackWhatWasDone() throws SQLException {
		SecureRandom random = new SecureRandom();
		SchemaTransaction transaction = new SchemaTransaction(new SchemaLock(Duration.ofMinutes(1), random), null, true,
				SchemaTransaction.Patience.DEFAULT, random);
		Preflight preflight = new Preflight(dataSource(), null, Duration.ofSeconds(1));
		try (Connection connection = this.database.connect();
				RunWatch watch = new RunWatch(preflight, new RunProgress())) {
			assertThatExceptionOfType(OutOfMemoryError.class)
				.isThrownBy(() -> transaction.run(connection, watch, List.of(), (open, last) -> {
					execute(open, "create table half (id int)");
					throw new OutOfMemoryError("Java heap space");
				}));
			connection.setAutoCommit(true);
			assertThat(half()).isFalse();
			connection.setAutoCommit(false);
			execute(connection, "create table half (id int)");
			SchemaInitializer.restore(connection, true, 5);
			assertThat(half()).isFalse();
		}
	}

	private boolean half() {
		return this.database.query("select to_regclass('half') is not null", Boolean.class);
	}

	private static void execute(Connection connection, String sql) throws SQLException {
		try (Statement statement = connection.createStatement()) {
			statement.execute(sql);
		}
	}

	@Test
	void nothingThereMeansNothingHappens(CapturedOutput output) {
		assertThat(apply().outcome()).isEqualTo(Outcome.NOTHING_TO_DO);
		assertThat(lines(output)).isEmpty();
	}

	@Test
	void applyingAgainLeavesTheSameCatalog() throws IOException {
		write("1_notes.sql", "create table if not exists notes (id int);");
		apply();
		String before = catalog();
		apply();
		apply();
		assertThat(catalog()).isEqualTo(before);
	}

	@Test
	void failureLeavesNothingAndNamesThePlace() throws IOException {
		write("1_notes.sql", "create table notes (id int);");
		write("2_more.sql", "-- a comment\n\ncreate table more (id int);\n\n  insert into\n    absent values (1);\n");
		assertThatExceptionOfType(SchemaScriptException.class).isThrownBy(this::apply)
			.withMessage(
					"2_more.sql:6:5: relation \"absent\" does not exist (SQLSTATE 42P01, statement 2)%n".formatted()
							+ "      absent values (1);%n      ^".formatted())
			.satisfies((ex) -> assertThat(ex.getAction()).contains("Nothing of the schema scripts was applied"));
		assertThat(this.database.query("select to_regclass('notes') is null", Boolean.class)).isTrue();
	}

	@Test
	void failureInsideABlockNamesTheLine() throws IOException {
		write("1_notes.sql", "select 1;\n\ndo\n$$\nbegin\n  perform 1;\n  perform 1 / 0;\nend $$;\n");
		assertThatExceptionOfType(SchemaScriptException.class).isThrownBy(this::apply)
			.withMessage(
					"1_notes.sql:7: division by zero (SQLSTATE 22012, statement 2)%n    perform 1 / 0;".formatted());
	}

	@Test
	void syntaxErrorInsideABlockNamesTheLine() throws IOException {
		write("1_notes.sql", "select 1;\n\ndo $$\nbegin\n  perfrom 1;\nend $$;\n");
		assertThatExceptionOfType(SchemaScriptException.class).isThrownBy(this::apply)
			.withMessage(
					"1_notes.sql:5:3: syntax error at or near \"perfrom\" (SQLSTATE 42601, statement 2)%n".formatted()
							+ "    perfrom 1;%n    ^".formatted());
	}

	@Test
	void failureOfAConstraintShowsTheServersDetail() throws IOException {
		write("1_notes.sql", "create table notes (id int primary key);\ninsert into notes values (1), (1);");
		assertThatExceptionOfType(SchemaScriptException.class).isThrownBy(this::apply)
			.withMessageStartingWith("1_notes.sql:2:1: duplicate key value")
			.withMessageContaining("Key (id)=(1) already exists");
	}

	@Test
	void missingPrivilegeIsNoMistakeOfTheScript() throws IOException {
		this.database
			.execute("do $$ begin create role reader login; exception when duplicate_object then null; end $$");
		write("1_notes.sql", "set role reader;\ncreate schema other;");
		assertThatExceptionOfType(SchemaScriptException.class).isThrownBy(this::apply)
			.withMessageStartingWith("1_notes.sql:2:1: permission denied for database")
			.satisfies((ex) -> assertThat(ex.getAction()).startsWith("Let a role apply the scripts"));
	}

	@Test
	void readOnlyServerIsNoMistakeOfTheScript() throws IOException {
		write("1_notes.sql", "set transaction read only;\ncreate table notes (id int);");
		assertThatExceptionOfType(SchemaScriptException.class).isThrownBy(this::apply)
			.withMessageContaining("(SQLSTATE 25006,")
			.satisfies((ex) -> assertThat(ex.getAction()).startsWith("Connect to the primary"));
	}

	@Test
	void warningOfAScriptIsSeen(CapturedOutput output) throws IOException {
		write("1_notes.sql", "do $$ begin raise notice 'hidden'; raise warning 'seen' using hint = 'how'; end $$");
		apply();
		assertThat(lines(output))
			.anySatisfy((line) -> assertThat(line).contains(" WARN ", "1_notes.sql: seen. Hint: how"))
			.noneSatisfy((line) -> assertThat(line).contains("hidden"));
	}

	@Test
	void deferredConstraintFailsAtCommit() throws IOException {
		String script = """
				create table tenants (id int primary key);
				create table notes (tenant int references tenants deferrable initially deferred);
				insert into notes values (1);
				""";
		write("1_notes.sql", script);
		assertThatExceptionOfType(SchemaScriptException.class).isThrownBy(this::apply)
			.withMessageStartingWith("The schema scripts could not be committed: insert or update on table \"notes\"")
			.withMessageEndingWith("Key (tenant)=(1) is not present in table \"tenants\". (SQLSTATE 23503)")
			.satisfies((ex) -> assertThat(ex.getAction()).startsWith("A deferred constraint or trigger failed")
				.contains("\"set constraints all immediate;\"")
				.endsWith("Nothing of the schema scripts was applied: the transaction was rolled back."));
		write("1_notes.sql", script + "set constraints all immediate;");
		assertThatExceptionOfType(SchemaScriptException.class).isThrownBy(this::apply)
			.withMessageStartingWith("1_notes.sql:4:1: ")
			.withMessageContaining("(SQLSTATE 23503, statement 4)");
		assertThat(this.database.query("select to_regclass('notes') is null", Boolean.class)).isTrue();
	}

	@Test
	void unreadableScriptKeepsTheOthersFromRunning() throws IOException {
		write("1_notes.sql", "create table notes (id int);");
		write("2_more.sql", "select 'never closed;");
		assertThatExceptionOfType(SchemaScriptException.class).isThrownBy(this::apply);
		assertThat(this.database.query("select to_regclass('notes') is null", Boolean.class)).isTrue();
	}

	@Test
	void unreachableServerSaysWhatToDo() throws IOException {
		write("1_notes.sql", "select 1");
		PGSimpleDataSource dataSource = new PGSimpleDataSource();
		dataSource.setUrl("jdbc:postgresql://127.0.0.1:1/notes");
		assertThatExceptionOfType(SchemaScriptException.class).isThrownBy(() -> apply(dataSource, true))
			.withMessageContaining("127.0.0.1:1 refused")
			.withMessageContaining("(SQLSTATE 08001)")
			.satisfies((ex) -> assertThat(ex.getAction()).contains("reachable", "pgkeel.schema.enabled=false"));
	}

	@Test
	void scriptsAreOnlyMentionedWhenTheyAreNotToBeApplied(CapturedOutput output) throws IOException {
		write("1_notes.sql", "create table notes (id int);");
		assertThat(apply(dataSource(), false).outcome()).isEqualTo(Outcome.NOT_APPLIED);
		assertThat(this.database.query("select to_regclass('notes') is null", Boolean.class)).isTrue();
		assertThat(lines(output)).singleElement()
			.asString()
			.contains(" INFO ", "1 script not applied", "deploy step", "--pgkeel.schema.exit-after-apply=true");
	}

	@Test
	void instanceWaitsForAnotherOne(CapturedOutput output) throws Exception {
		write("1_notes.sql", "create table if not exists notes (id int);");
		ExecutorService executor = Executors.newSingleThreadExecutor();
		try (Connection other = this.database.connect(); Statement statement = other.createStatement()) {
			other.setAutoCommit(false);
			statement.execute(HOLD_LOCK);
			Future<SchemaReport> waiting = executor.submit(() -> apply());
			Awaitility.await().until(() -> output.getOut().contains("Another instance is applying"));
			assertThat(waiting).isNotDone();
			other.rollback();
			assertThat(waiting.get().outcome()).isEqualTo(Outcome.APPLIED);
		}
		finally {
			executor.shutdownNow();
		}
		assertThat(output.getOut().split("Another instance is applying", -1)).hasSize(2);
	}

	@Test
	void waitingEndsAtTheTimeout() throws Exception {
		write("1_notes.sql", "create table notes (id int);");
		try (Connection other = this.database.connect(); Statement statement = other.createStatement()) {
			other.setAutoCommit(false);
			statement.execute(HOLD_LOCK);
			assertThatExceptionOfType(SchemaScriptException.class)
				.isThrownBy(() -> initializer(dataSource(), Duration.ZERO, true).afterPropertiesSet())
				.withMessageContaining("pgkeel.schema.lock-timeout (0 s): pid " + pid(other) + " (")
				.withMessageContaining("role postgres, since 20")
				.satisfies((ex) -> assertThat(ex.getAction()).contains("pg_terminate_backend"));
		}
	}

	@Test
	void manyInstancesAtOnceAllComeUp() throws Exception {
		write("1_notes.sql",
				"""
						create extension if not exists plpgsql;
						create schema if not exists app;
						create table if not exists app.notes (id int);
						do $$ begin create type app.plan as enum ('free', 'pro'); exception when duplicate_object then null; end $$;
						""");
		ExecutorService executor = Executors.newFixedThreadPool(12);
		try {
			List<Outcome> outcomes = new ArrayList<>();
			List<Future<SchemaReport>> instances = new ArrayList<>();
			for (int i = 0; i < 12; i++) {
				instances.add(executor.submit(() -> apply()));
			}
			for (Future<SchemaReport> instance : instances) {
				outcomes.add(instance.get().outcome());
			}
			assertThat(outcomes).containsOnlyOnce(Outcome.APPLIED).containsOnly(Outcome.APPLIED, Outcome.UNCHANGED);
		}
		finally {
			executor.shutdownNow();
		}
	}

	private static int pid(Connection connection) throws SQLException {
		return connection.unwrap(PGConnection.class).getBackendPID();
	}

	private static List<String> lines(CapturedOutput output) {
		return output.getOut().lines().filter((line) -> line.contains(".schema.")).toList();
	}

	private SchemaReport apply() {
		return apply(dataSource(), true);
	}

	private SchemaReport apply(PGSimpleDataSource dataSource, boolean applies) {
		SchemaInitializer initializer = initializer(dataSource, Duration.ofMinutes(1), applies);
		initializer.afterPropertiesSet();
		return initializer.report();
	}

	private SchemaInitializer initializer(PGSimpleDataSource dataSource, Duration lockTimeout, boolean applies) {
		SchemaSettings settings = new SchemaSettings(applies, List.of("file:" + this.folder + "/*.sql"),
				SchemaMode.ON_CHANGE, null, lockTimeout, null, false, true);
		return initializer(dataSource, settings);
	}

	private SchemaInitializer initializer(PGSimpleDataSource dataSource, SchemaSettings settings) {
		return new SchemaInitializer(new Preflight(dataSource, null, Duration.ofSeconds(1)),
				new PathMatchingResourcePatternResolver(), new ApplicationInstance("notes", "test01"), settings);
	}

	private PGSimpleDataSource dataSource() {
		PGSimpleDataSource dataSource = new PGSimpleDataSource();
		dataSource.setUrl(this.database.jdbcUrl());
		dataSource.setUser(this.database.username());
		dataSource.setPassword(this.database.password());
		// Without one it has that of the last pool that was started in this JVM
		dataSource.setLoginTimeout(60);
		return dataSource;
	}

	private String catalog() {
		return this.database.query("""
				select string_agg(c::text, ' ' order by c.oid) from
				  (select oid, relname, relkind, xmin::text, relfilenode from pg_class
				   where relnamespace <> 'pg_toast'::regnamespace) c""", String.class);
	}

	private void write(String name, String text) throws IOException {
		Files.writeString(this.folder.resolve(name), text);
	}

}
