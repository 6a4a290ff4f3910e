package dev.pgkeel.sample;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

import dev.pgkeel.testsupport.TestDatabase;
import dev.pgkeel.testsupport.TestServer;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The packaged service, run as a cron job runs it to check the server.
 */
class ConnectionCheckIT {

	private final TestDatabase database = TestServer.shared().newDatabase();

	@Test
	void aFineServerIsOneLineAndZero() throws Exception {
		Result result = check();
		assertThat(result.output()).matches("OK: \\d+/97 connections \\(\\d+ %\\), longest idle in transaction \\d+ s");
		assertThat(result.exitCode()).isZero();
		assertThat(this.database
			.query("SELECT count(*) FROM pg_class WHERE relname IN ('tenants', 'pgkeel_schema_history')", Long.class))
			.isZero();
	}

	@Test
	void aServerAboveTheThresholdIsOneLineAndOne() throws Exception {
		Result result = check("--pgkeel.alert.thresholds.alert=1", "--pgkeel.alert.thresholds.page=2",
				"--pgkeel.alert.thresholds.panic=3");
		assertThat(result.output()).startsWith("ALERT: ").hasLineCount(1);
		assertThat(result.exitCode()).isOne();
	}

	@Test
	void anAbsentServerIsOneLineAndTwo() throws Exception {
		Result result = check("--spring.datasource.hikari.jdbc-url=jdbc:postgresql://127.0.0.1:1/absent");
		assertThat(result.output()).startsWith("UNKNOWN: there is no connection to the server, since ").hasLineCount(1);
		assertThat(result.exitCode()).isEqualTo(2);
	}

	/**
	 * The service has the embedded server for development.
	 */
	@Test
	void anApplicationWithoutADatabaseIsOneLineAndTwo() throws Exception {
		Result result = checkAs(List.of());
		assertThat(result.output()).startsWith("UNKNOWN: ").hasLineCount(1);
		assertThat(result.exitCode()).isEqualTo(2);
	}

	private Result check(String... more) throws IOException, InterruptedException {
		List<String> properties = new ArrayList<>();
		for (String property : this.database.properties()) {
			properties.add("--" + property);
		}
		properties.addAll(List.of(more));
		return checkAs(properties);
	}

	private static Result checkAs(List<String> properties) throws IOException, InterruptedException {
		List<String> command = new ArrayList<>(
				List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx128m",
						"-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-jar", System.getProperty("sample.jar"),
						"--pgkeel.check=true"));
		command.addAll(properties);
		Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
		try {
			String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
			assertThat(process.waitFor(2, TimeUnit.MINUTES)).isTrue();
			return new Result(output.strip(), process.exitValue());
		}
		finally {
			process.destroyForcibly();
		}
	}

	/**
	 * What became of the process.
	 *
	 * @param output what it printed
	 * @param exitCode what it ended with
	 */
	private record Result(String output, int exitCode) {

	}

}
