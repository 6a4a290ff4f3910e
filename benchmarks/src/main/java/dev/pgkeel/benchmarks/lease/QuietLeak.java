package dev.pgkeel.benchmarks.lease;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

import dev.pgkeel.benchmarks.MarkdownTable;
import dev.pgkeel.embedded.EmbeddedPostgresServer;

/**
 * How long the first borrow waits in an application that leaked its whole pool and has
 * been quiet since: {@link QuietService} once for each pool and kind of heap, one process
 * after the other. Prints a table; the logs of the collections are kept.
 */
public final class QuietLeak {

	private static final Map<String, List<String>> HEAPS = new LinkedHashMap<>();

	static {
		HEAPS.put("G1, 512 MB", List.of("-XX:+UseG1GC", "-Xmx512m"));
		HEAPS.put("G1, 2 GB", List.of("-XX:+UseG1GC", "-Xms2g", "-Xmx2g"));
		HEAPS.put("Parallel, 2 GB", List.of("-XX:+UseParallelGC", "-Xms2g", "-Xmx2g"));
		HEAPS.put("ZGC, 2 GB", List.of("-XX:+UseZGC", "-Xms2g", "-Xmx2g"));
		HEAPS.put("Serial, 512 MB", List.of("-XX:+UseSerialGC", "-Xmx512m"));
	}

	private QuietLeak() {
	}

	/**
	 * Runs the comparison.
	 * @param arguments where the logs go
	 * @throws Exception if it cannot run
	 */
	public static void main(String[] arguments) throws Exception {
		Path directory = Files.createDirectories(Path.of(arguments[0]));
		MarkdownTable.head("JDK", "heap", Contender.GUARDED.title(), Contender.HIKARI_DETECTION.title());
		try (EmbeddedPostgresServer server = EmbeddedPostgresServer.start(null, 0)) {
			for (Map.Entry<String, List<String>> heap : HEAPS.entrySet()) {
				List<Object> row = new ArrayList<>(List.of(Runtime.version().feature(), heap.getKey()));
				for (Contender contender : List.of(Contender.GUARDED, Contender.HIKARI_DETECTION)) {
					String name = "quiet-" + contender.name() + "-" + heap.getKey().replaceAll("\\W+", "-");
					row.add(new ServiceProcess(directory, name.toLowerCase(Locale.ROOT), heap.getValue())
						.run(QuietService.class, contender.name(), server.jdbcUrl("postgres"), server.user()));
				}
				MarkdownTable.row(row.toArray());
			}
		}
	}

}
