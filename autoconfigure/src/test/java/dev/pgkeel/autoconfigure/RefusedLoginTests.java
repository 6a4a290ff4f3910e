package dev.pgkeel.autoconfigure;

import java.time.Duration;

import dev.pgkeel.actuate.PgkeelHealthIndicator;
import dev.pgkeel.testsupport.PasswordServer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.health.contributor.Status;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for what is said of a server that is up and lets the application not in.
 */
@ExtendWith(OutputCaptureExtension.class)
class RefusedLoginTests {

	private static PasswordServer server;

	private final ApplicationContextRunner contextRunner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(DataSourceAutoConfiguration.class, PgkeelAutoConfiguration.class,
				PgkeelPoolAutoConfiguration.class, PgkeelLeaseAutoConfiguration.class,
				PgkeelMonitorAutoConfiguration.class, PgkeelHealthAutoConfiguration.class))
		.withClassLoader(new FilteredClassLoader("org.springframework.boot.devtools"))
		.withPropertyValues("spring.datasource.hikari.connection-timeout=1000", "pgkeel.monitor.interval=200ms");

	@BeforeAll
	static void startServer() {
		server = PasswordServer.start("right");
	}

	@AfterAll
	static void stopServer() {
		server.close();
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void wrongPasswordIsARefusedLogin(boolean monitored, CapturedOutput output) {
		this.contextRunner
			.withPropertyValues("spring.datasource.url=" + server.database().jdbcUrl(),
					"spring.datasource.username=" + PasswordServer.USER, "spring.datasource.password=wrong",
					"pgkeel.monitor.enabled=" + monitored)
			.run((context) -> isDown(context.getBean(PgkeelHealthIndicator.class), "login refused"));
		assertThat(output)
			.contains("dataSource - there is no connection to the server yet, and it is asked again every 10 s:"
					+ " the server does not accept the password: password authentication failed for user \"notes\""
					+ " (SQLSTATE 28P01)")
			.doesNotContain("cannot be reached");
		if (monitored) {
			seen(output, "The monitor cannot see the server (login refused): FATAL: password authentication failed");
		}
	}

	/**
	 * The server does not come to refuse it: the driver gives up.
	 */
	@Test
	void missingPasswordIsARefusedLogin(CapturedOutput output) {
		this.contextRunner
			.withPropertyValues("spring.datasource.url=" + server.database().jdbcUrl(),
					"spring.datasource.username=" + PasswordServer.USER)
			.run((context) -> isDown(context.getBean(PgkeelHealthIndicator.class), "login refused"));
		seen(output, "The monitor cannot see the server (login refused): The server requested", "(SQLSTATE 08004)");
		assertThat(output).doesNotContain("cannot be reached");
	}

	@Test
	void missingDatabaseIsCalledSo(CapturedOutput output) {
		this.contextRunner
			.withPropertyValues("spring.datasource.url=" + server.database().jdbcUrl() + "_absent",
					"spring.datasource.username=postgres")
			.run((context) -> isDown(context.getBean(PgkeelHealthIndicator.class), "no such database"));
		seen(output, "the database is not there: database \"postgres_absent\" does not exist (SQLSTATE 3D000)",
				"The monitor cannot see the server (no such database): FATAL");
		assertThat(output).doesNotContain("cannot be reached");
	}

	/**
	 * The monitor shows what it has seen before it logs it.
	 */
	private static void seen(CapturedOutput output, String... texts) {
		Awaitility.await().untilAsserted(() -> assertThat(output).contains(texts));
	}

	private static void isDown(PgkeelHealthIndicator indicator, String cause) {
		Awaitility.await().atMost(Duration.ofSeconds(30)).untilAsserted(() -> {
			var health = indicator.health();
			assertThat(health.getStatus()).isEqualTo(Status.DOWN);
			assertThat(health.getDetails()).containsEntry("cause", cause);
		});
	}

}
