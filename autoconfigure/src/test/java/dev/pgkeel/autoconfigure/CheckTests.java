package dev.pgkeel.autoconfigure;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import com.zaxxer.hikari.HikariDataSource;
import dev.pgkeel.testsupport.PgBouncer;
import dev.pgkeel.testsupport.TestDatabase;
import dev.pgkeel.testsupport.TestServer;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.ApplicationRunner;
import org.springframework.boot.ExitCodeGenerator;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.boot.context.event.ApplicationStartedEvent;
import org.springframework.boot.logging.LogLevel;
import org.springframework.boot.logging.LoggingSystem;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ApplicationEvent;
import org.springframework.context.ApplicationListener;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.SmartLifecycle;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.event.ApplicationEventMulticaster;
import org.springframework.context.event.ContextRefreshedEvent;
import org.springframework.context.event.EventListener;
import org.springframework.context.event.SimpleApplicationEventMulticaster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

/**
 * Tests for the single check, {@link PgkeelCheckAutoConfiguration}.
 */
@ExtendWith(OutputCaptureExtension.class)
class CheckTests {

	private static final String FINE = "OK: \\d+/97 connections \\(\\d+ %\\), longest idle in transaction \\d+ s";

	private final TestDatabase database = TestServer.shared().newDatabase();

	@AfterEach
	void resetLevel() {
		LoggingSystem.get(getClass().getClassLoader()).setLogLevel("ROOT", LogLevel.INFO);
	}

	@ParameterizedTest
	@ValueSource(strings = { "--pgkeel.check=true", "--pgkeel.check", "--pgkeel.check --pgkeel.schema.dry-run",
			"--pgkeel.check --debug --trace" })
	void fineServerIsOneLineAndNothingElse(String options, CapturedOutput output) {
		try (ConfigurableApplicationContext context = run(options.split(" "))) {
			assertThat(lines(output)).matches(FINE);
			assertThat(SpringApplication.exit(context)).isZero();
		}
		assertThat(this.database
			.query("select count(*) from pg_class where relname in ('notes', 'pgkeel_schema_history')", Long.class))
			.isZero();
		await()
			.untilAsserted(() -> assertThat(this.database.query("select count(*) from pg_stat_activity where datname = "
					+ "current_database() and pid <> pg_backend_pid()", Long.class))
				.isZero());
	}

	@Test
	void poolIsNotStarted() {
		try (ConfigurableApplicationContext context = run()) {
			assertThat(context.getBean(HikariDataSource.class).isRunning()).isFalse();
		}
	}

	@ParameterizedTest
	@ValueSource(classes = { Listeners.class, Background.class })
	void listenersOfTheStartDoNotChangeTheVerdict(Class<?> more, CapturedOutput output) {
		SpringApplication application = new SpringApplication(Application.class, more);
		try (ConfigurableApplicationContext context = application.run(arguments())) {
			assertThat(lines(output)).matches(FINE);
			assertThat(SpringApplication.exit(context)).isZero();
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "", ":5432" })
	void passwordBeforeTheHostIsNotShown(String port, CapturedOutput output) {
		assertExit(2, "--spring.datasource.url=jdbc:postgresql://role:canary@localhost" + port + "/notes");
		assertThat(lines(output)).startsWith("UNKNOWN: ").contains("names a role or a password before the host");
		assertThat(output).doesNotContain("canary");
	}

	@Test
	void fullServerIsAnAlert(CapturedOutput output) {
		assertExit(1, "--pgkeel.alert.thresholds.alert=1", "--pgkeel.alert.thresholds.page=2",
				"--pgkeel.alert.thresholds.panic=3");
		assertThat(lines(output)).matches(FINE.replace("OK", "ALERT"));
	}

	@Test
	void refusedConnectionIsAnAlert(CapturedOutput output) {
		String role = "limited_" + UUID.randomUUID().toString().substring(0, 8);
		this.database.execute("create role " + role + " login connection limit 0");
		try {
			assertExit(1, "--spring.datasource.username=" + role);
			assertThat(lines(output))
				.startsWith(
						"ALERT: the server refused the connection, since the role has reached its connection limit.")
				.hasLineCount(1);
		}
		finally {
			this.database.execute("drop role " + role);
		}
	}

	@Test
	void fullPoolerIsAnAlert(CapturedOutput output) throws SQLException {
		try (PgBouncer pooler = PgBouncer.start(PgBouncer.Mode.TRANSACTION, "max_client_conn = 1");
				Connection only = DriverManager.getConnection(pooler.jdbcUrl(this.database.name()), "postgres", "")) {
			assertExit(1, "--spring.datasource.url=" + pooler.jdbcUrl(this.database.name()));
			assertThat(lines(output)).startsWith(
					"ALERT: the server refused the connection, since the pooler in between has as many clients as it"
							+ " takes.")
				.hasLineCount(1);
			assertThat(only.isValid(5)).isTrue();
		}
	}

	@Test
	void limitOfTheApplicationsRoleIsLookedAtByAnotherOneToo(CapturedOutput output) throws SQLException {
		String role = "limited_" + UUID.randomUUID().toString().substring(0, 8);
		this.database.execute("create role " + role + " login connection limit 1");
		try (Connection only = this.database.connectAs(role, "only")) {
			assertExit(1, "--spring.datasource.username=" + role, "--pgkeel.direct.url=" + this.database.directUrl(),
					"--pgkeel.direct.username=" + this.database.username());
			assertThat(lines(output)).startsWith("ALERT: 1/1 connections of the role (100 %)").hasLineCount(1);
			assertThat(only.isValid(5)).isTrue();
		}
		finally {
			this.database.execute("drop role " + role);
		}
	}

	@Test
	void unreachableServerCannotBeToldAbout(CapturedOutput output) {
		assertExit(2, "--spring.datasource.url=jdbc:postgresql://127.0.0.1:1/absent?password=canary");
		assertThat(lines(output))
			.isEqualTo("UNKNOWN: there is no connection to the server, since it cannot be reached: Connection refused");
	}

	@Test
	void brokenConfigurationCannotBeToldAbout(CapturedOutput output) {
		assertExit(2, "--pgkeel.alert.thresholds.alert=90");
		assertThat(lines(output)).startsWith("UNKNOWN: the application's configuration failed: ")
			.contains("pgkeel.alert.thresholds must rise from alert to page to panic")
			.hasLineCount(1);
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', textBlock = """
			pgkeel.mode=nonsense | pgkeel.mode
			pgkeel.monitor.interval=abc | pgkeel.monitor.interval
			spring.datasource.hikari.maximum-pool-size=ten | spring.datasource.hikari.maximum-pool-size is ten
			spring.datasource.url=${DB_URL} | spring.datasource.url contains the placeholder ${DB_URL}
			spring.datasource.url=${DB_URL} | Set DB_URL
			spring.datasource.url=postgres://role:canary@host/notes | spring.datasource.url is postgres://
			""")
	void failingContextCannotBeToldAbout(String property, String named, CapturedOutput output) {
		assertExit(2, "--" + property);
		assertThat(lines(output)).startsWith("UNKNOWN: the application's configuration failed: ")
			.contains(named)
			.hasLineCount(1);
		assertThat(output).doesNotContain("canary");
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', textBlock = """
			--spring.main.lazy-initialization=foo | spring.main.lazy-initialization
			--pgkeel.check --spring.config.import=classpath:absent.yml | absent.yml
			""")
	void failureBeforeTheContextIsToldToo(String options, String named, CapturedOutput output) {
		assertThatThrownBy(() -> run(options.split(" "))).isNotInstanceOf(ExitCodeGenerator.class);
		assertThat(lines(output)).startsWith("UNKNOWN: the application's configuration failed: ")
			.contains(named)
			.hasLineCount(1);
	}

	@Test
	void brokenFileIsToldWithoutWhatItHolds(@TempDir Path folder, CapturedOutput output) throws IOException {
		Path file = Files.writeString(folder.resolve("broken.yml"), "spring:\n\tpassword: canary\n");
		assertThatThrownBy(() -> run("--pgkeel.check", "--spring.config.import=" + file.toUri()))
			.isNotInstanceOf(ExitCodeGenerator.class);
		assertThat(lines(output)).startsWith("UNKNOWN: the application's configuration failed: ")
			.contains("line 2, column 1")
			.doesNotContain("canary")
			.hasLineCount(1);
	}

	@Test
	void failingInitializerIsToldToo(CapturedOutput output) {
		SpringApplication application = new SpringApplication(Application.class);
		application.addInitializers((context) -> {
			throw new IllegalStateException("initializer");
		});
		assertThatThrownBy(() -> application.run(arguments())).hasMessage("initializer");
		assertThat(lines(output))
			.isEqualTo("UNKNOWN: the application's configuration failed: IllegalStateException: initializer");
	}

	@Test
	void otherDatabaseCannotBeToldAbout(CapturedOutput output) {
		assertExit(2, "--spring.datasource.url=jdbc:h2:mem:check", "--spring.datasource.username=sa");
		assertThat(lines(output)).isEqualTo("UNKNOWN: the database is not PostgreSQL");
	}

	@Test
	void checkThatMayNotRunDoesNotRunTheApplicationInItsPlace(CapturedOutput output) {
		assertExit(2, "--pgkeel.enabled=false");
		assertThat(lines(output)).isEqualTo("UNKNOWN: pgkeel.enabled is false");
	}

	@Test
	void checkThatIsExcludedDoesNotRunTheApplicationInItsPlace(CapturedOutput output) {
		assertExit(2, "--spring.autoconfigure.exclude=" + PgkeelCheckAutoConfiguration.class.getName());
		assertThat(lines(output)).isEqualTo("UNKNOWN: nothing here checks");
	}

	@Test
	void parentContextLeavesTheCheckToItsChild(CapturedOutput output) {
		try (ConfigurableApplicationContext context = new SpringApplicationBuilder(Parent.class)
			.child(Application.class)
			.run(arguments())) {
			assertThat(lines(output)).matches(FINE);
			assertThat(SpringApplication.exit(context)).isZero();
		}
	}

	@Test
	void disabledCheckRunsTheApplication(CapturedOutput output) {
		try (ConfigurableApplicationContext context = run("--pgkeel.check=false",
				"--spring.main.web-application-type=none", "--spring.flyway.enabled=false",
				"--spring.liquibase.enabled=false")) {
			assertThat(context.isActive()).isTrue();
		}
		assertThat(output).contains("The application's runner runs")
			.contains("The application's lifecycle starts")
			.contains("The application hears ContextRefreshedEvent");
	}

	private void assertExit(int code, String... arguments) {
		assertThatThrownBy(() -> run(arguments)).asInstanceOf(InstanceOfAssertFactories.type(ExitCodeGenerator.class))
			.extracting(ExitCodeGenerator::getExitCode)
			.isEqualTo(code);
	}

	private ConfigurableApplicationContext run(String... more) {
		SpringApplication application = new SpringApplication(Application.class);
		application.setWebApplicationType(WebApplicationType.SERVLET);
		return application.run(arguments(more));
	}

	private String[] arguments(String... more) {
		Map<String, String> arguments = new LinkedHashMap<>();
		Stream
			.concat(Stream.of("--spring.datasource.url=" + this.database.directUrl(),
					"--spring.datasource.username=" + this.database.username(),
					"--spring.datasource.password=" + this.database.password(), "--pgkeel.check=true",
					"--spring.jpa.hibernate.ddl-auto=none"), Stream.of(more))
			.forEach((argument) -> arguments.put(argument.split("=")[0], argument));
		return arguments.values().toArray(String[]::new);
	}

	/**
	 * DevTools, which are only on the tests' class path, have their say before anybody
	 * can stop them, and so has the tests' server, if no other test has started it or if
	 * its log has a line while Logback, which then says so itself, is set up anew.
	 */
	private static String lines(CapturedOutput output) {
		return output.getAll()
			.lines()
			.filter((line) -> !line.contains("devtools") && !line.contains("dev.pgkeel.embedded")
					&& !line.contains("No appenders present"))
			.collect(Collectors.joining("\n"))
			.strip();
	}

	/**
	 * An application that would do much.
	 */
	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

		@Bean
		Object something() {
			System.out.println("The application's bean is there");
			return new Object();
		}

		@Bean
		ApplicationRunner runner() {
			return (arguments) -> System.out.println("The application's runner runs");
		}

		@Bean
		SmartLifecycle lifecycle() {
			return new PrintingLifecycle("The application's lifecycle starts");
		}

		@EventListener({ ContextRefreshedEvent.class, ApplicationStartedEvent.class, ApplicationReadyEvent.class })
		void hear(ApplicationEvent event) {
			System.out.println("The application hears " + event.getClass().getSimpleName());
		}

	}

	/**
	 * Listeners that need more than there is while the server is only checked.
	 */
	@Configuration(proxyBeanMethods = false)
	static class Listeners {

		@Bean
		ApplicationListener<ContextRefreshedEvent> refreshed() {
			return (event) -> {
				throw new IllegalStateException("refreshed");
			};
		}

		@Bean
		ApplicationListener<ApplicationStartedEvent> started() {
			return (event) -> {
				throw new IllegalStateException("started");
			};
		}

	}

	/**
	 * Events are heard on other threads.
	 */
	@Configuration(proxyBeanMethods = false)
	static class Background {

		@Bean
		ApplicationEventMulticaster applicationEventMulticaster() {
			SimpleApplicationEventMulticaster multicaster = new SimpleApplicationEventMulticaster();
			multicaster.setTaskExecutor((task) -> new Thread(task).start());
			return multicaster;
		}

	}

	/**
	 * A context above the application's.
	 */
	@Configuration(proxyBeanMethods = false)
	static class Parent {

	}

}
