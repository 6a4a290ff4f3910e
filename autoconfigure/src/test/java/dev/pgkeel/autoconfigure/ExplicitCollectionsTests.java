package dev.pgkeel.autoconfigure;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

import dev.pgkeel.PgkeelMode;
import dev.pgkeel.lease.LeakCapture;
import dev.pgkeel.lease.LeakSettings;
import dev.pgkeel.lease.LeasedPools;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests, in JVMs of their own, that the start says when the JVM collects no garbage on
 * request.
 */
class ExplicitCollectionsTests {

	private static final String SAID = "The JVM does not collect garbage when asked to (-XX:+DisableExplicitGC)";

	@ParameterizedTest
	@CsvSource({ "-XX:+DisableExplicitGC, true, 1", "-XX:+DisableExplicitGC, false, 0",
			"-XX:-DisableExplicitGC, true, 0" })
	void startSaysWhenItDoesNotHelpToAsk(String flag, boolean collectWhenStarved, int lines) throws Exception {
		assertThat(run(flag, collectWhenStarved).lines().filter((line) -> line.contains(SAID))).hasSize(lines);
	}

	private static String run(String flag, boolean collectWhenStarved) throws IOException, InterruptedException {
		Process process = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), flag,
				"-cp", System.getProperty("java.class.path"), Start.class.getName(), String.valueOf(collectWhenStarved))
			.redirectErrorStream(true)
			.start();
		String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
		assertThat(process.waitFor()).as(output).isZero();
		return output;
	}

	/**
	 * What happens at the start of an application.
	 */
	public static final class Start {

		private Start() {
		}

		public static void main(String[] arguments) {
			LeakSettings settings = new LeakSettings(PgkeelMode.ENFORCE, Duration.ofSeconds(30),
					Boolean.parseBoolean(arguments[0]), LeakCapture.ADAPTIVE, true);
			LeaseGuard guard = new LeaseGuard(settings, new LeasedPools(), (event) -> {
			}, (beanName) -> false, (beanName) -> false);
			List.of(guard).forEach(LeaseGuard::destroy);
		}

	}

}
