package dev.pgkeel.benchmarks.startup;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

import dev.pgkeel.benchmarks.startup.Rounds.Column;
import dev.pgkeel.embedded.EmbeddedPostgresServer;

import org.springframework.util.FileSystemUtils;

/**
 * How long the {@link Contenders} take to start as they are, after Spring's processing
 * ahead of time, and with the JVM's own cache of an earlier start as well. JDK 25 is
 * needed.
 */
public final class AheadOfTimeComparison {

	private static final String ROUNDS = "15";

	private static final String PROCESSED = "-Dspring.aot.enabled=true";

	private AheadOfTimeComparison() {
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
			AheadOfTime ahead = new AheadOfTime(directory);
			Map<Starter, String> caches = new LinkedHashMap<>();
			for (Starter starter : new Contenders(directory, Path.of(arguments[0])).starters(server,
					Path.of(arguments[1]))) {
				Path cache = directory.resolve(caches.size() + ".aot");
				Starter processed = ahead.process(starter);
				processed.start(PROCESSED, "-XX:AOTCacheOutput=" + cache);
				caches.put(processed, "-XX:AOTCache=" + cache);
			}
			Rounds<Round> rounds = new Rounds<>(caches.keySet().stream().toList(),
					Integer.parseInt((arguments.length > 2) ? arguments[2] : ROUNDS),
					(starter) -> Round.of(starter, Objects.requireNonNull(caches.get(starter))));
			rounds.print(List.of(new Column<>("ms as it is", Round::millis),
					new Column<>("ms processed ahead of time", Round::processedMillis),
					new Column<>("ms with the JVM's cache too", Round::cachedMillis)));
		}
		finally {
			FileSystemUtils.deleteRecursively(directory);
		}
	}

	/**
	 * One contender's figures of one round, each until the first query of the process is
	 * answered.
	 *
	 * @param millis without anything made ahead of time
	 * @param processedMillis with beans decided ahead of time
	 * @param cachedMillis with the JVM's cache too
	 */
	private record Round(double millis, double processedMillis, double cachedMillis) {

		static Round of(Starter starter, String cache) throws IOException, InterruptedException {
			return new Round(starter.start().millis(), starter.start(PROCESSED).millis(),
					starter.start(PROCESSED, cache).millis());
		}

	}

}
