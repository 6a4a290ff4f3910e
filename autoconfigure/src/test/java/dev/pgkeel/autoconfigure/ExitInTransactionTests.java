package dev.pgkeel.autoconfigure;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

import dev.pgkeel.testsupport.TestDatabase;
import dev.pgkeel.testsupport.TestServer;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests that a job which ends its JVM from inside a transaction ends as it does without
 * pgkeel: such a transaction cannot finish, and nobody waits for it.
 */
class ExitInTransactionTests {

	private final TestDatabase database = TestServer.shared().newDatabase();

	@TempDir
	private Path folder;

	@ParameterizedTest
	@ValueSource(strings = { "true", "false" })
	void nobodyWaitsForTheTransaction(String closesTheContextItself) throws Exception {
		this.database.execute("create table notes (body text)");
		Path output = this.folder.resolve("output");
		List<String> command = new ArrayList<>(
				List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-cp",
						System.getProperty("java.class.path"), ExitingApplication.class.getName(),
						"--close=" + closesTheContextItself, "--spring.lifecycle.timeout-per-shutdown-phase=5m"));
		for (String property : this.database.properties()) {
			command.add("--" + property);
		}
		Process job = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile()).start();
		try {
			assertThat(job.waitFor(1, TimeUnit.MINUTES)).as(() -> read(output)).isTrue();
			assertThat(job.exitValue()).as(() -> read(output)).isEqualTo(ExitingApplication.CODE);
		}
		finally {
			job.destroyForcibly().waitFor();
		}
		assertThat(Files.readString(output)).contains("Shutdown: 0 transactions finished",
				", 1 end with their sessions");
		assertThat(this.database.query("select count(*) from notes", Long.class)).isZero();
	}

	private static String read(Path output) {
		try {
			return Files.readString(output);
		}
		catch (IOException ex) {
			return ex.toString();
		}
	}

}
