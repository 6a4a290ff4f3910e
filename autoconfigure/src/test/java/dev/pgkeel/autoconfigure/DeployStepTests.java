package dev.pgkeel.autoconfigure;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.FutureTask;
import java.util.stream.Stream;

import javax.sql.DataSource;

import dev.pgkeel.testsupport.TestDatabase;
import dev.pgkeel.testsupport.TestServer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.postgresql.ds.PGSimpleDataSource;

import org.springframework.boot.ApplicationRunner;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.AutoConfigurationPackage;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.boot.context.event.ApplicationStartedEvent;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ApplicationEvent;
import org.springframework.context.ApplicationListener;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.SmartLifecycle;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.event.ContextRefreshedEvent;
import org.springframework.context.event.EventListener;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatException;

/**
 * Tests for the deploy step and the dry run.
 */
@ExtendWith(OutputCaptureExtension.class)
class DeployStepTests {

	private final TestDatabase database = TestServer.shared().newDatabase();

	@Test
	void deployStepAppliesAndEndsWithoutTheApplication(CapturedOutput output) {
		runToTheEnd("pgkeel.schema.exit-after-apply=true", "pgkeel.runtime-profile=serverless");
		assertThat(output).contains("Schema applied: 3 scripts")
			.contains("Schema applied.")
			.doesNotContain("The application's bean is there")
			.doesNotContain("The application's listener of a queue works")
			.doesNotContain("The application's runner runs")
			.doesNotContain("The application hears");
		assertThat(tables()).contains("notes");
	}

	@ParameterizedTest
	@ValueSource(strings = { "pgkeel.schema.dry-run=true", "pgkeel.schema.dry-run", "pgkeel.schema.dryRun" })
	void dryRunLeavesNothingBehind(String option, CapturedOutput output) {
		runToTheEnd(option);
		assertThat(output).contains("Schema dry run, would have applied: 3 scripts")
			.contains("Schema differences: created ")
			.contains("Schema dry run: all was rolled back.");
		assertThat(tables()).isEmpty();
	}

	@Test
	void failureOfTheDeployStepFailsTheStart() {
		assertThatException().isThrownBy(
				() -> run("pgkeel.schema.exit-after-apply=true", "pgkeel.schema.locations=classpath:db/broken/*.sql"))
			.withStackTraceContaining("1_broken.sql");
	}

	@Test
	void withoutItTheApplicationRuns(CapturedOutput output) {
		try (ConfigurableApplicationContext context = run("pgkeel.schema.exit-after-apply=false")) {
			assertThat(context.isActive()).isTrue();
		}
		assertThat(output).contains("The application's bean is there")
			.contains("The application's listener of a queue works")
			.contains("The application's runner runs")
			.contains("The application hears ContextRefreshedEvent")
			.contains("The application hears ApplicationReadyEvent");
	}

	@Test
	void deployStepWithoutADataSourceForTheScriptsFails(CapturedOutput output) {
		assertThatException().isThrownBy(() -> run("pgkeel.schema.exit-after-apply=true", "second=true"));
		assertThat(output).contains("there is no data source for them").contains("@Primary");
		assertThat(output).doesNotContain("The application's bean is there");
	}

	@ParameterizedTest
	@ValueSource(strings = { "exit-after-apply", "dry-run" })
	void stepThatLeadsToAnotherDatabaseFails(String step, CapturedOutput output) {
		assertThatException().isThrownBy(() -> new SpringApplication(Application.class)
			.run("--pgkeel.schema." + step + "=true", "--spring.datasource.url=jdbc:h2:mem:step"));
		assertThat(output).contains("the database is not PostgreSQL 14 or later", "correct the data source's URL")
			.doesNotContain("The application's bean is there");
	}

	@Test
	void deployStepWithoutScriptsEnds(CapturedOutput output) {
		runToTheEnd("pgkeel.schema.exit-after-apply=true", "pgkeel.schema.locations=classpath*:absent/*.sql");
		assertThat(output).contains("No schema scripts to apply.");
	}

	@ParameterizedTest
	@CsvSource({ "pgkeel.schema.exit-after-apply, pgkeel.schema.enabled",
			"pgkeel.schema.exit-after-apply, pgkeel.enabled", "pgkeel.schema.dry-run, pgkeel.enabled" })
	void stepThatMayNotRunDoesNotRunTheApplicationInItsPlace(String step, String off, CapturedOutput output) {
		assertThatException().isThrownBy(() -> run(step + "=true", off + "=false"));
		assertThatException().isThrownBy(() -> run(step + "=1", off + "=no")).withMessageContaining("is no,");
		assertThat(output).contains("APPLICATION FAILED TO START", step + " is true, but " + off + " is false",
				"--" + off + "=true");
		assertThat(output).doesNotContain("The application's bean is there");
		assertThat(tables()).isEmpty();
	}

	@Test
	void parentContextLeavesTheStepToItsChild(CapturedOutput output) {
		Thread main = new Thread(() -> new SpringApplicationBuilder(Parent.class).child(Application.class)
			.run(arguments("pgkeel.schema.exit-after-apply=true")));
		main.start();
		Awaitility.await().until(() -> !main.isAlive());
		assertThat(output).contains("Schema applied.").doesNotContain("The application's bean is there");
		assertThat(tables()).contains("notes");
	}

	@Test
	void mainMayAskForTheExitCode() throws Exception {
		FutureTask<Integer> main = new FutureTask<>(
				() -> SpringApplication.exit(run("pgkeel.schema.exit-after-apply=true")));
		new Thread(main).start();
		assertThat(main.get()).isZero();
	}

	/**
	 * The context lives as long as the thread that started it.
	 */
	private void runToTheEnd(String... properties) {
		CompletableFuture<ConfigurableApplicationContext> started = new CompletableFuture<>();
		new Thread(() -> started.complete(run(properties))).start();
		ConfigurableApplicationContext context = started.join();
		Awaitility.await().until(() -> !context.isActive());
	}

	private ConfigurableApplicationContext run(String... properties) {
		SpringApplication application = new SpringApplication(Application.class);
		application.setWebApplicationType(WebApplicationType.SERVLET);
		if (!String.join(" ", properties).contains("exit-after-apply=true")
				&& !String.join(" ", properties).matches("(?s).*(dry-run|dryRun).*")) {
			application.setWebApplicationType(WebApplicationType.NONE);
		}
		return application.run(arguments(properties));
	}

	private String[] arguments(String... properties) {
		return Stream.of(properties, this.database.properties())
			.flatMap(Stream::of)
			.map("--"::concat)
			.toArray(String[]::new);
	}

	private String tables() {
		return String.valueOf(this.database
			.query("select coalesce(string_agg(relname, ' '), '') from pg_class where relkind = 'r' and relnamespace ="
					+ " 'public'::regnamespace", String.class));
	}

	/**
	 * An application with a bean and a runner.
	 */
	@Configuration(proxyBeanMethods = false)
	@AutoConfigurationPackage
	@ImportAutoConfiguration({ DataSourceAutoConfiguration.class, PgkeelAutoConfiguration.class,
			PgkeelPoolAutoConfiguration.class, PgkeelSchemaAutoConfiguration.class,
			PgkeelToolGuardAutoConfiguration.class, PgkeelDeployStepAutoConfiguration.class })
	static class Application {

		@Bean
		Object something() {
			System.out.println("The application's bean is there");
			return new Object();
		}

		@Bean
		SmartLifecycle listener() {
			return new PrintingLifecycle("The application's listener of a queue works");
		}

		@Bean
		@ConditionalOnBooleanProperty("second")
		DataSource oneOfTwo() {
			return new PGSimpleDataSource();
		}

		@Bean
		@ConditionalOnBooleanProperty("second")
		DataSource otherOfTwo() {
			return new PGSimpleDataSource();
		}

		@Bean
		ApplicationRunner runner() {
			return (arguments) -> System.out.println("The application's runner runs");
		}

		@Bean
		ApplicationListener<ContextRefreshedEvent> refreshed() {
			return this::hear;
		}

		@EventListener({ ApplicationStartedEvent.class, ApplicationReadyEvent.class })
		void hear(ApplicationEvent event) {
			System.out.println("The application hears " + event.getClass().getSimpleName());
		}

	}

	/**
	 * A context above the application's.
	 */
	@Configuration(proxyBeanMethods = false)
	static class Parent {

	}

}
