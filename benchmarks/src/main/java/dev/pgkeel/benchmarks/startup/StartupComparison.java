package dev.pgkeel.benchmarks.startup;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import dev.pgkeel.benchmarks.startup.Rounds.Column;
import dev.pgkeel.benchmarks.startup.Starter.StartTime;
import dev.pgkeel.embedded.EmbeddedPostgresServer;

import org.springframework.util.FileSystemUtils;

/**
 * How long the {@link Contenders} take to start: each time a process of its own. The
 * times are taken with the JVM as it is; with its first compiler alone, as
 * {@code mvn spring-boot:run} starts it; and of later contexts in the same JVM, as tests
 * start them.
 */
public final class StartupComparison {

	private static final String ROUNDS = "15";

	private static final int LATER_WARM_UP = 4;

	private static final int LATER = 5;

	private StartupComparison() {
	}

	/**
	 * Runs the comparison.
	 * @param arguments the sample's jar, the directory with what Flyway needs, and
	 * optionally the number of rounds
	 * @throws Exception if it cannot run
	 */
	public static void main(String[] arguments) throws Exception {
		Path directory = Files.createTempDirectory("pgkeel-startup");
		try (EmbeddedPostgresServer server = EmbeddedPostgresServer.start(null, 0)) {
			Rounds<Round> rounds = new Rounds<>(
					new Contenders(directory, Path.of(arguments[0])).starters(server, Path.of(arguments[1])),
					Integer.parseInt((arguments.length > 2) ? arguments[2] : ROUNDS), Round::of);
			rounds.print(List.of(new Column<>("ms until the first query is answered", Round::millis),
					new Column<>("processor's ms", Round::cpuMillis)));
			System.out.println();
			rounds.print(List.of(new Column<>("ms with the first compiler alone", Round::quickMillis),
					new Column<>("ms for a later context in the same JVM", Round::laterMillis)));
		}
		finally {
			FileSystemUtils.deleteRecursively(directory);
		}
	}

	/**
	 * One contender's figures of one round.
	 *
	 * @param millis until the first query of the process is answered
	 * @param cpuMillis the processor's time until then
	 * @param quickMillis the same as the first, without the JVM's second compiler
	 * @param laterMillis the median of what later contexts took
	 */
	private record Round(double millis, double cpuMillis, double quickMillis, double laterMillis) {

		static Round of(Starter starter) throws IOException, InterruptedException {
			StartTime time = starter.start("-D" + SampleStart.MORE + "=" + (LATER_WARM_UP + LATER));
			double[] later = time.laterMillis()
				.stream()
				.skip(LATER_WARM_UP)
				.mapToDouble(Double::doubleValue)
				.sorted()
				.toArray();
			return new Round(time.millis(), time.cpuMillis(), starter.start("-XX:TieredStopAtLevel=1").millis(),
					later[later.length / 2]);
		}

	}

}
