package dev.pgkeel.autoconfigure;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import dev.pgkeel.actuate.AdviceDescriptor;
import dev.pgkeel.actuate.EndpointSources;
import dev.pgkeel.actuate.PgkeelEndpoint;
import dev.pgkeel.schema.SchemaInitializer;
import dev.pgkeel.testsupport.TestDatabase;
import dev.pgkeel.testsupport.TestServer;
import org.assertj.core.groups.Tuple;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.boot.actuate.endpoint.Show;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.env.YamlPropertySourceLoader;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.core.io.ByteArrayResource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for the advice about schema scripts in an application.
 */
@ExtendWith(OutputCaptureExtension.class)
class SchemaLintTests {

	private static final String ERROR = "1_advice.sql:11:1 error [create-guard] CREATE TYPE advice fails on the second run"
			+ " (42710 duplicate_object). Write DO $$ BEGIN IF to_regtype('...') IS NULL THEN ...; END IF; END $$";

	private final TestDatabase database = TestServer.shared().newDatabase();

	private final ApplicationContextRunner contextRunner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(DataSourceAutoConfiguration.class, PgkeelAutoConfiguration.class,
				PgkeelPoolAutoConfiguration.class, PgkeelSchemaAutoConfiguration.class))
		.withClassLoader(new FilteredClassLoader("org.springframework.boot.devtools"))
		.withPropertyValues(this.database.properties())
		.withPropertyValues("pgkeel.schema.locations=classpath:db/advice/*.sql", "pgkeel.runtime-profile=long-lived");

	@TempDir
	private Path folder;

	@Test
	void saysNothingUnlessAsked(CapturedOutput output) {
		this.contextRunner.run((context) -> assertThat(context.getBean(SchemaInitializer.class).advice()).isEmpty());
		assertThat(output).doesNotContain("[create-guard]");
	}

	@Test
	void warnsInDevelopment(CapturedOutput output) {
		this.contextRunner
			.withPropertyValues("pgkeel.runtime-profile=development", "pgkeel.schema.prove-idempotent=false")
			.run((context) -> assertThat(context.getBean(SchemaInitializer.class).advice()).hasSize(4));
		assertThat(output).contains(ERROR);
	}

	@Test
	void silencesOneRuleForOneStatementForAReason(CapturedOutput output) {
		this.contextRunner.withPropertyValues("pgkeel.schema.lint=warn").run((context) -> {
			assertThat(context).hasNotFailed();
			assertThat(context.getBean(SchemaInitializer.class).advice())
				.extracting((advice) -> advice.position() + " " + advice.id())
				.containsExactly("3:1 unnamed-object", "9:1 ignore", "9:1 unnamed-object", "11:1 create-guard");
		});
		assertThat(output).contains("1_advice.sql:9:1 warning [ignore] pgkeel:ignore unnamed-object has no reason");
	}

	@Test
	void refusesScriptsWithErrors() {
		this.contextRunner.withPropertyValues("pgkeel.schema.lint=fail").run((context) -> {
			FailureAnalysis analysis = FailureAnalyses.of(context.getStartupFailure());
			assertThat(analysis.getDescription())
				.isEqualTo("pgkeel.schema.lint is fail, and the schema scripts have 1 error: " + ERROR);
			assertThat(analysis.getAction()).contains("-- pgkeel:ignore create-guard <reason>",
					"pgkeel.schema.lint=warn");
			assertThat(this.database.query("select count(*) from pg_class where relname = 'advised'", Long.class))
				.isZero();
		});
	}

	@Test
	void onlySaysThatItWouldHaveRefused(CapturedOutput output) {
		this.contextRunner.withPropertyValues("pgkeel.schema.lint=fail", "pgkeel.mode=observe")
			.run((context) -> assertThat(context).hasNotFailed());
		assertThat(output).contains("would have been refused");
	}

	@Test
	void looksAtEveryStartWhenAsked(CapturedOutput output) {
		this.contextRunner.run((context) -> assertThat(context).hasNotFailed());
		assertThat(output).doesNotContain(ERROR);
		this.contextRunner.withPropertyValues("pgkeel.schema.lint=warn")
			.run((context) -> assertThat(context.getBean(SchemaInitializer.class).advice()).hasSize(4));
		assertThat(output).contains(ERROR, "Schema unchanged");
		this.contextRunner.withPropertyValues("pgkeel.schema.lint=fail", "pgkeel.schema.mode=verify")
			.run((context) -> assertThat(context).getFailure().hasMessageContaining(ERROR));
	}

	@Test
	void looksAtScriptsThatAreAppliedUnlessAsked() {
		for (int expected : new int[] { 4, 0 }) {
			this.contextRunner
				.withPropertyValues("pgkeel.runtime-profile=development", "pgkeel.schema.prove-idempotent=false")
				.run((context) -> assertThat(context.getBean(SchemaInitializer.class).advice()).hasSize(expected));
		}
	}

	@Test
	void advisesInDryRun(CapturedOutput output) {
		this.database.execute("create table advised (id int primary key, body int)");
		this.contextRunner.withPropertyValues("pgkeel.schema.lint=warn", "pgkeel.schema.dry-run=true")
			.run((context) -> assertThat(context).hasNotFailed());
		assertThat(output).contains(ERROR, "Schema dry run, would have applied")
			.contains("warning [silently-differs] body of advised is integer and not text");
	}

	@Test
	void refusesInDryRun() {
		this.contextRunner.withPropertyValues("pgkeel.schema.lint=fail", "pgkeel.schema.dry-run=true")
			.run((context) -> assertThat(context).getFailure().hasMessageContaining(ERROR));
	}

	@Test
	void takesOffFromYaml(CapturedOutput output) {
		this.contextRunner.withInitializer((context) -> {
			try {
				new YamlPropertySourceLoader()
					.load("test", new ByteArrayResource("pgkeel.schema.lint: off".getBytes(StandardCharsets.UTF_8)))
					.forEach(context.getEnvironment().getPropertySources()::addFirst);
				ConfigurationPropertySources.attach(context.getEnvironment());
			}
			catch (IOException ex) {
				throw new UncheckedIOException(ex);
			}
		})
			.withPropertyValues("pgkeel.runtime-profile=development", "pgkeel.schema.prove-idempotent=false")
			.run((context) -> {
				assertThat(context).hasNotFailed();
				assertThat(context.getEnvironment().getProperty("pgkeel.schema.lint")).isEqualTo("false");
				assertThat(context.getBean(SchemaInitializer.class).advice()).isEmpty();
			});
		assertThat(output).doesNotContain("[create-guard]");
	}

	@Test
	void endpointShowsTheAdvice() {
		this.contextRunner.withPropertyValues("pgkeel.schema.lint=warn").run((context) -> {
			PgkeelEndpoint endpoint = new PgkeelEndpoint(
					new EndpointSources(null, null, context.getBean(SchemaInitializer.class), null, null, null),
					List.of(), Show.ALWAYS);
			assertThat(endpoint.pgkeel().schemaAdvice()).extracting(AdviceDescriptor::place, AdviceDescriptor::id)
				.contains(Tuple.tuple("1_advice.sql:11:1", "create-guard"));
		});
	}

	@Test
	void loadsNoClassWhenOff() throws Exception {
		assertThat(loadedBy("off")).noneMatch((line) -> line.contains("dev.pgkeel.schema.lint"))
			.anyMatch((line) -> line.contains("dev.pgkeel.schema.SchemaInitializer"));
		assertThat(loadedBy("warn")).anyMatch((line) -> line.contains("dev.pgkeel.schema.lint"));
	}

	private List<String> loadedBy(String lint) throws Exception {
		Path log = this.folder.resolve(lint + ".log");
		List<String> command = new ArrayList<>(
				List.of(System.getProperty("java.home") + File.separator + "bin" + File.separator + "java",
						"-Xlog:class+load:file=" + log.toString().replace('\\', '/'), "-cp",
						System.getProperty("java.class.path"), LintedApplication.class.getName(),
						"--pgkeel.schema.lint=" + lint, "--pgkeel.schema.locations=classpath:db/advice/*.sql",
						"--pgkeel.schema.mode=always", "--pgkeel.schema.prove-idempotent=true"));
		for (String property : TestServer.shared().newDatabase().properties()) {
			command.add("--" + property);
		}
		Process process = new ProcessBuilder(command).redirectErrorStream(true)
			.redirectOutput(this.folder.resolve(lint + ".out").toFile())
			.start();
		assertThat(process.waitFor()).as(Files.readString(this.folder.resolve(lint + ".out"))).isZero();
		return Files.readAllLines(log);
	}

}
