package dev.pgkeel.sample;

import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.stream.Stream;

import dev.pgkeel.testsupport.TestDatabase;
import dev.pgkeel.testsupport.TestServer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The packaged service, run as it was processed ahead of time.
 */
class AheadOfTimeIT {

	private final TestDatabase database = TestServer.shared().newDatabase();

	@TempDir
	private Path directory;

	@Test
	void serviceWorksAsEver() {
		try (ServiceProcess service = launch("--pgkeel.alert.webhook.url=http://127.0.0.1:1/hook").awaitStarted()) {
			assertThat(service.log()).contains("Starting AOT-processed NotesApplication")
				.contains("runtime profile long-lived", "Schema applied: 2 scripts")
				.doesNotContain("WARN");
			String tenant = "{\"email\":\"%s\",\"plan\":\"free\"}".formatted(ApiClient.newEmail());
			HttpResponse<String> created = service.post("/tenants", tenant).join();
			assertThat(created.statusCode()).isEqualTo(201);
			String notes = URI.create(created.headers().firstValue("Location").orElseThrow()).getPath() + "/notes";
			assertThat(service.post(notes, "{\"body\":\"kept\"}").join().statusCode()).isEqualTo(201);
			assertThat(service.get(notes).join().body()).contains("Welcome!", "kept");
			assertThat(service.get("/actuator/health").join().body()).contains("\"pgkeel\":{", "\"status\":\"UP\"")
				.doesNotContain("DOWN");
			assertThat(service.get("/actuator/pgkeel").join().body()).contains("\"usableConnections\":97",
					"\"leases\":{", "\"schema\":{");
			assertThat(service.get("/actuator/pgkeelconsole/data").join().body()).contains("\"verdict\":{");
			assertThat(service.get("/actuator/prometheus").join().body()).contains("pgkeel_server_utilization",
					"pgkeel_leak_proven_total", "pgkeel_transaction_seconds_count");
		}
		assertThat(this.database.query("SELECT count(*) FROM notes", Long.class)).isEqualTo(2);
	}

	@Test
	void deployStepAppliesTheScriptsAndEnds() {
		ServiceProcess step = launch("--pgkeel.schema.exit-after-apply=true");
		assertThat(step.awaitEnd()).as(step::log).isZero();
		assertThat(step.log()).contains("AOT-processed", "Schema applied.").doesNotContain("Tomcat");
		assertThat(tables()).isEqualTo(3);
	}

	@Test
	void scriptsStayAloneWhereTheyAreSwitchedOff() {
		try (ServiceProcess service = launch("--pgkeel.schema.enabled=false").awaitStarted()) {
			assertThat(service.get("/actuator/health").join().statusCode()).isEqualTo(200);
		}
		assertThat(tables()).isZero();
	}

	@Test
	void checkIsOneLineAndAnExitCode() {
		ServiceProcess check = launch("--pgkeel.check=true");
		assertThat(check.awaitEnd()).as(check::log).isZero();
		assertThat(check.log()).startsWith("OK: ").hasLineCount(1);
		check = launch("--pgkeel.check=true", "--pgkeel.alert.thresholds.alert=1", "--pgkeel.alert.thresholds.page=2",
				"--pgkeel.alert.thresholds.panic=3");
		assertThat(check.awaitEnd()).as(check::log).isOne();
		assertThat(check.log()).startsWith("ALERT: ").hasLineCount(1);
		assertThat(tables()).isZero();
	}

	private ServiceProcess launch(String... arguments) {
		return ServiceProcess.launchAheadOfTime(this.directory,
				Stream
					.concat(Stream.of(this.database.properties()).map((property) -> "--" + property),
							Stream.of(arguments))
					.toArray(String[]::new));
	}

	private long tables() {
		return this.database.query(
				"SELECT count(*) FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace",
				Long.class);
	}

}
