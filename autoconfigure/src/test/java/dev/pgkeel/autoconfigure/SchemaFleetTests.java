package dev.pgkeel.autoconfigure;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;

import dev.pgkeel.schema.SchemaInitializer;
import dev.pgkeel.schema.SchemaReport.Outcome;
import dev.pgkeel.testsupport.TestDatabase;
import dev.pgkeel.testsupport.TestServer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.JdbcTemplateAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.jdbc.core.JdbcTemplate;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests many instances that start at once on an empty database, each with a context and
 * connections of its own.
 */
@Tag("compatibility")
class SchemaFleetTests {

	private static final int INSTANCES = 50;

	private final TestDatabase database = TestServer.shared().newDatabase();

	@TempDir
	private Path folder;

	@Test
	void allComeUpAndEachScriptRunsOnce() throws Exception {
		String table = "notes_of_" + this.database.name();
		write("1_extension.sql", "create extension if not exists hstore;\ncreate schema if not exists app;");
		write("2_notes.sql", "create table if not exists " + table + " (id int, tags hstore);");
		write("3_type.sql",
				"do $$ begin create type app.plan as enum ('free'); exception when duplicate_object then null; end $$;");
		this.database.execute("alter database " + this.database.name() + " set log_statement = 'all'");
		ExecutorService executor = Executors.newFixedThreadPool(INSTANCES);
		try {
			List<Future<Outcome>> starts = new ArrayList<>();
			for (int i = 0; i < INSTANCES; i++) {
				starts.add(executor.submit(() -> start(table)));
			}
			List<Outcome> outcomes = new ArrayList<>();
			for (Future<Outcome> start : starts) {
				outcomes.add(start.get());
			}
			assertThat(outcomes).hasSize(INSTANCES)
				.containsOnly(Outcome.APPLIED, Outcome.UNCHANGED)
				.containsOnlyOnce(Outcome.APPLIED);
		}
		finally {
			executor.shutdownNow();
		}
		Awaitility.await()
			.atMost(Duration.ofSeconds(30))
			.until(() -> logged("create table if not exists " + table) > 0);
		assertThat(logged("create table if not exists " + table)).isOne();
		assertThat(this.database.query("select count(*) from pgkeel_schema_history", Long.class)).isEqualTo(3);
	}

	private Outcome start(String table) {
		List<Outcome> outcome = new ArrayList<>();
		new ApplicationContextRunner()
			.withConfiguration(
					AutoConfigurations.of(DataSourceAutoConfiguration.class, JdbcTemplateAutoConfiguration.class,
							PgkeelAutoConfiguration.class, PgkeelSchemaAutoConfiguration.class))
			.withPropertyValues(this.database.properties())
			.withPropertyValues("spring.application.name=fleet", "pgkeel.runtime-profile=long-lived",
					"spring.datasource.hikari.maximum-pool-size=1",
					"pgkeel.schema.locations=file:" + this.folder + "/*.sql")
			.run((context) -> {
				assertThat(context).hasNotFailed();
				assertThat(
						context.getBean(JdbcTemplate.class).queryForObject("select count(*) from " + table, Long.class))
					.isZero();
				outcome.add(context.getBean(SchemaInitializer.class).report().outcome());
			});
		return outcome.get(0);
	}

	/**
	 * Counts in the statement log of the embedded server, which is beside its data.
	 */
	private long logged(String statement) throws IOException {
		Path log = Path.of(this.database.query("show data_directory", String.class)).resolveSibling("server.log");
		try (Stream<String> lines = Files.lines(log)) {
			return lines.filter((line) -> line.contains(statement)).count();
		}
	}

	private void write(String name, String text) throws IOException {
		Files.writeString(this.folder.resolve(name), text);
	}

}
