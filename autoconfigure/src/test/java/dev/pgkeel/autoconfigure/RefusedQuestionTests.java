package dev.pgkeel.autoconfigure;

import java.time.Duration;

import dev.pgkeel.actuate.PgkeelHealthIndicator;
import dev.pgkeel.testsupport.TestDatabase;
import dev.pgkeel.testsupport.TestServer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.health.contributor.Status;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for what is said of a server that works, and does not answer what pgkeel asks.
 */
@ExtendWith(OutputCaptureExtension.class)
class RefusedQuestionTests {

	private final TestDatabase database = TestServer.shared().newDatabase();

	private final String role = "unprivileged_" + this.database.name();

	private final ApplicationContextRunner contextRunner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(DataSourceAutoConfiguration.class, PgkeelAutoConfiguration.class,
				PgkeelPoolAutoConfiguration.class, PgkeelLeaseAutoConfiguration.class,
				PgkeelMonitorAutoConfiguration.class, PgkeelHealthAutoConfiguration.class))
		.withClassLoader(new FilteredClassLoader("org.springframework.boot.devtools"))
		.withPropertyValues("spring.datasource.url=" + this.database.directUrl(),
				"spring.datasource.username=" + this.role, "spring.datasource.hikari.connection-timeout=1000",
				"pgkeel.monitor.interval=200ms");

	RefusedQuestionTests() {
		this.database.execute("create role " + this.role + " login");
	}

	@AfterEach
	void dropRole() {
		this.database.execute("drop role " + this.role);
	}

	@ParameterizedTest
	@CsvSource({ "pg_locks, true", "pg_stat_ssl, false" })
	void serverThatRefusesTheQuestionIsNotDown(String view, boolean monitored) {
		this.database.execute("revoke select on pg_catalog." + view + " from public");
		isSeenAs(Status.UNKNOWN, "question refused", "pgkeel.monitor.enabled=" + monitored);
	}

	/**
	 * The SQLSTATE is the same.
	 */
	@Test
	void databaseThatTheRoleMayNotConnectToIsDown(CapturedOutput output) {
		this.database.execute("revoke connect on database " + this.database.name() + " from public");
		isSeenAs(Status.DOWN, "login refused");
		assertThat(output)
			.contains("dataSource - there is no connection to the server yet, and it is asked again every 10 s:"
					+ " the role may not connect to this database: permission denied")
			.doesNotContain("cannot be reached");
	}

	@Test
	void statementThatThePoolSendsFirstIsNoUnreachableServer(CapturedOutput output) {
		this.contextRunner
			.withPropertyValues("spring.datasource.hikari.connection-init-sql=set role pg_read_server_files",
					"pgkeel.monitor.enabled=false")
			.run((context) -> assertThat(output)
				.contains("there is no usable connection to the server yet, and it is asked again every 10 s: ERROR:"
						+ " permission denied to set role")
				.doesNotContain("cannot be reached"));
	}

	private void isSeenAs(Status status, String cause, String... properties) {
		this.contextRunner.withPropertyValues(properties).run((context) -> {
			PgkeelHealthIndicator indicator = context.getBean(PgkeelHealthIndicator.class);
			Awaitility.await().atMost(Duration.ofSeconds(30)).untilAsserted(() -> {
				var health = indicator.health();
				assertThat(health.getDetails()).containsEntry("cause", cause);
				assertThat(health.getStatus()).isEqualTo(status);
			});
		});
	}

}
