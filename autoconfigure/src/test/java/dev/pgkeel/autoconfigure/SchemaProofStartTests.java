package dev.pgkeel.autoconfigure;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.util.List;

import dev.pgkeel.actuate.AdviceDescriptor;
import dev.pgkeel.actuate.EndpointSources;
import dev.pgkeel.actuate.PgkeelEndpoint;
import dev.pgkeel.schema.SchemaInitializer;
import dev.pgkeel.testsupport.TestDatabase;
import dev.pgkeel.testsupport.TestServer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.actuate.endpoint.Show;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for the proof that schema scripts are idempotent, when an application starts.
 */
@ExtendWith(OutputCaptureExtension.class)
class SchemaProofStartTests {

	private static final String NAMED = "1_notes.sql:2:1 error [prove-idempotent] fails on the second run: type \"plan\""
			+ " already exists (SQLSTATE 42710). Write DO $$ BEGIN IF to_regtype('...') IS NULL THEN ...; END IF; END $$";

	private final TestDatabase database = TestServer.shared().newDatabase();

	@TempDir
	private Path folder;

	private ApplicationContextRunner contextRunner;

	@BeforeEach
	void prepare() throws Exception {
		write("create table if not exists notes (id int);\ncreate type plan as enum ('free');\n");
		this.contextRunner = new ApplicationContextRunner()
			.withConfiguration(AutoConfigurations.of(DataSourceAutoConfiguration.class, PgkeelAutoConfiguration.class,
					PgkeelPoolAutoConfiguration.class, PgkeelSchemaAutoConfiguration.class))
			.withClassLoader(new FilteredClassLoader("org.springframework.boot.devtools"))
			.withPropertyValues(this.database.properties())
			.withPropertyValues("pgkeel.schema.locations=file:" + this.folder + "/*.sql",
					"pgkeel.runtime-profile=development");
	}

	@Test
	void refusesInDevelopment() {
		this.contextRunner.run((context) -> {
			FailureAnalysis analysis = FailureAnalyses.of(context.getStartupFailure());
			assertThat(analysis.getDescription()).isEqualTo(String.format(
					"The schema scripts are not idempotent. Run a second time, which was rolled back, 1 statement comes out"
							+ " differently:%n  " + NAMED.replace("%", "%%")));
			assertThat(analysis.getAction()).contains("pgkeel.schema.prove-idempotent=false",
					"-- pgkeel:ignore prove-idempotent <reason>", "Nothing of the schema scripts was applied");
			assertThat(this.database.query("select to_regclass('notes') is null", Boolean.class)).isTrue();
		});
	}

	@Test
	void startsWithIdempotentScripts(CapturedOutput output) throws Exception {
		write("create temp table work (id int) on commit drop;\ncreate table if not exists notes (id serial);\n"
				+ "-- pgkeel:ignore prove-idempotent counted\ninsert into notes default values");
		this.contextRunner.run((context) -> {
			assertThat(context).hasNotFailed();
			assertThat(context.getBean(SchemaInitializer.class).proof().proven()).isEqualTo(1);
			assertThat(this.database.query("select count(*) from notes", Long.class)).isOne();
		});
		assertThat(output)
			.contains("Schema proven: 1 statement ran a second time and changed nothing",
					"1_notes.sql:1:1 hint [not-provable] cannot be proven idempotent: it makes something temporary",
					"1_notes.sql:4:1 hint [not-provable] cannot be proven idempotent: it is left out: counted",
					"no rollback takes back: notes_id_seq (1, now ")
			.doesNotContain("there is no rule 'prove-idempotent'");
	}

	@Test
	void provesOnlyWhatIsApplied(CapturedOutput output) throws Exception {
		write("create table if not exists notes (id int)");
		this.contextRunner.run((context) -> assertThat(context).hasNotFailed());
		this.contextRunner
			.run((context) -> assertThat(context.getBean(SchemaInitializer.class).proof().proven()).isZero());
		assertThat(output).containsOnlyOnce("Schema proven");
	}

	@Test
	void yieldsToTheUser(CapturedOutput output) {
		this.contextRunner.withPropertyValues("pgkeel.schema.prove-idempotent=false")
			.run((context) -> assertThat(context).hasNotFailed());
		assertThat(output).doesNotContain("prove-idempotent", "Schema proven");
	}

	@Test
	void isOffElsewhere(CapturedOutput output) {
		this.contextRunner.withPropertyValues("pgkeel.runtime-profile=long-lived")
			.run((context) -> assertThat(context).hasNotFailed());
		assertThat(output).doesNotContain("prove-idempotent", "Schema proven");
	}

	@ParameterizedTest
	@ValueSource(strings = { "pgkeel.runtime-profile=long-lived", "pgkeel.mode=observe" })
	void onlyReports(String property, CapturedOutput output) {
		this.contextRunner.withPropertyValues(property, "pgkeel.schema.prove-idempotent=true").run((context) -> {
			assertThat(context).hasNotFailed();
			assertThat(this.database.query("select to_regclass('notes') is null", Boolean.class)).isFalse();
			PgkeelEndpoint endpoint = new PgkeelEndpoint(
					new EndpointSources(null, null, context.getBean(SchemaInitializer.class), null, null, null),
					List.of(), Show.ALWAYS);
			assertThat(endpoint.pgkeel().schemaAdvice()).filteredOn((advice) -> advice.id().equals("prove-idempotent"))
				.extracting(AdviceDescriptor::place)
				.containsExactly("1_notes.sql:2:1");
		});
		assertThat(output.getAll().lines().filter((line) -> line.contains(NAMED))).singleElement()
			.asString()
			.contains("WARN");
		assertThat(output)
			.contains("Schema scripts are not idempotent: 1 statement came out differently in a second run,"
					+ " which was rolled back");
	}

	@Test
	void provesInDryRun() {
		this.contextRunner.withPropertyValues("pgkeel.schema.dry-run=true")
			.run((context) -> assertThat(context).getFailure().hasMessageContaining(NAMED));
	}

	@Test
	void provesEachTransaction(CapturedOutput output) throws Exception {
		write("-- pgkeel:own-transaction\ncreate type plan as enum ('free')");
		Files.writeString(this.folder.resolve("2_more.sql"),
				"-- pgkeel:own-transaction\nalter type plan add value if not exists 'pro'");
		Files.writeString(this.folder.resolve("3_tenants.sql"),
				"create table if not exists tenants (plan plan default 'pro');\ncreate index on tenants (plan)");
		this.contextRunner
			.withPropertyValues("pgkeel.runtime-profile=long-lived", "pgkeel.schema.prove-idempotent=true")
			.run((context) -> {
				assertThat(context.getBean(SchemaInitializer.class).proof().proven()).isEqualTo(2);
				assertThat(context.getBean(SchemaInitializer.class).proof().differences())
					.extracting((advice) -> advice.script() + ":" + advice.position())
					.containsExactly("1_notes.sql:2:1", "3_tenants.sql:2:1");
			});
		assertThat(output).contains("creates index tenants.tenants_plan_idx1 on the second run");
	}

	/**
	 * A proof that cannot be made is no reason not to start.
	 */
	@Test
	void goesOnWithoutProof(CapturedOutput output) throws Exception {
		this.database.execute("create table busy (id int)");
		write("""
				create table if not exists notes (id int);
				do $$ begin
				  if current_setting('pgkeel.ran', true) = 'yes' then
				    lock table busy;
				  end if;
				  perform set_config('pgkeel' || '.ran', 'yes', true);
				end $$;
				""");
		try (Connection other = this.database.connect(); Statement statement = other.createStatement()) {
			other.setAutoCommit(false);
			statement.execute("lock table busy");
			this.contextRunner.run((context) -> assertThat(context).hasNotFailed());
		}
		assertThat(this.database.query("select to_regclass('notes') is null", Boolean.class)).isFalse();
		assertThat(output).contains("could not be run a second time", "SQLSTATE 55P03").doesNotContain("Schema proven");
	}

	private void write(String script) throws Exception {
		Files.writeString(this.folder.resolve("1_notes.sql"), script);
	}

}
