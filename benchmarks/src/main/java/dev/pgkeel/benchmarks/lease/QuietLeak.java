package dev.pgkeel.benchmarks.lease;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

import dev.pgkeel.embedded.EmbeddedPostgresServer;

/**
 * How long the first borrow waits in an application that leaked its whole pool and has
 * been quiet since: {@link QuietService} once for each pool and kind of heap, one process
 * after the other. Prints a table; the logs of the collections are kept beside the
 * results.
 */
public final class QuietLeak {

	private static final Map<String, List<String>> HEAPS = new LinkedHashMap<>();

	static {
		HEAPS.put("G1 512 MB", List.of("-XX:+UseG1GC", "-Xmx512m"));
		HEAPS.put("G1 2 GB", List.of("-XX:+UseG1GC", "-Xms2g", "-Xmx2g"));
		HEAPS.put("Parallel 2 GB", List.of("-XX:+UseParallelGC", "-Xms2g", "-Xmx2g"));
		HEAPS.put("ZGC 2 GB", List.of("-XX:+UseZGC", "-Xms2g", "-Xmx2g"));
		HEAPS.put("Serial 512 MB", List.of("-XX:+UseSerialGC", "-Xmx512m"));
	}

	private QuietLeak() {
	}

	/**
	 * Runs the comparison.
	 * @param arguments where the results go
	 * @throws Exception if it cannot run
	 */
	public static void main(String[] arguments) throws Exception {
		Path directory = Files.createDirectories(Path.of(arguments[0]));
		List<String> rows = new ArrayList<>();
		rows.add("heap,pool,first borrow after,answered");
		try (EmbeddedPostgresServer server = EmbeddedPostgresServer.start(null, 0)) {
			for (Map.Entry<String, List<String>> heap : HEAPS.entrySet()) {
				for (String contender : List.of("GUARDED", "HIKARI_DETECTION")) {
					String name = "quiet-" + contender.toLowerCase(Locale.ROOT) + "-" + heap.getKey().replace(' ', '-');
					rows.add(
							heap.getKey() + "," + contender + "," + new ServiceProcess(directory, name, heap.getValue())
								.run(QuietService.class, contender, server.jdbcUrl("postgres"), server.user()));
				}
			}
		}
		Files.write(directory.resolve("quiet-leak.csv"), rows);
		System.out.println("JDK " + Runtime.version());
		rows.forEach((row) -> System.out.println("| " + row.replace(",", " | ") + " |"));
	}

}
