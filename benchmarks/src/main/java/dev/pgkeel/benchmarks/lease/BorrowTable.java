package dev.pgkeel.benchmarks.lease;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.Stream;

import dev.pgkeel.benchmarks.JmhRuns;
import dev.pgkeel.benchmarks.MarkdownTable;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.RunnerException;

/**
 * Runs {@link BorrowBenchmark} on several JDKs, with one thread and with eight, and
 * prints what came out as two tables with the JDKs side by side.
 */
public final class BorrowTable {

	private static final List<Contender> CROWDED = List.of(Contender.HIKARI, Contender.GUARDED, Contender.GUARDED_ARMED,
			Contender.HIKARI_DETECTION);

	private static final int THREADS = 8;

	private BorrowTable() {
	}

	/**
	 * Runs the benchmark.
	 * @param arguments the homes of the JDKs, or none for the one that runs this
	 * @throws RunnerException if it cannot run
	 */
	public static void main(String[] arguments) throws RunnerException {
		List<Path> jdks = (arguments.length > 0) ? Stream.of(arguments).map(Path::of).toList()
				: List.of(JmhRuns.thisJdk());
		print(List.of(Contender.values()), run(jdks, List.of(Contender.values()), 1), true);
		System.out.println(System.lineSeparator() + "With eight threads, the time that passes for one of them:"
				+ System.lineSeparator());
		print(CROWDED, run(jdks, CROWDED, THREADS), false);
	}

	private static List<RunResult> run(List<Path> jdks, List<Contender> contenders, int threads)
			throws RunnerException {
		List<RunResult> results = new ArrayList<>();
		for (Path jdk : jdks) {
			Collection<RunResult> ofJdk = JmhRuns.run(JmhRuns.options(BorrowBenchmark.class, jdk)
				.param("pool", contenders.stream().map(Contender::name).toArray(String[]::new))
				.threads(threads)
				.forks(2)
				.warmupIterations(2)
				.measurementIterations(4)
				.addProfiler(GCProfiler.class));
			results.addAll(ofJdk);
		}
		return results;
	}

	private static void print(List<Contender> contenders, List<RunResult> results, boolean bytes) {
		List<String> head = new ArrayList<>(List.of(""));
		String shown = "";
		for (RunResult result : of(contenders.get(0), results)) {
			String jdk = JmhRuns.jdk(result);
			head.add((jdk.equals(shown) ? "" : jdk + ", ") + result.getParams().getParam("depth") + " frames");
			shown = jdk;
			if (bytes) {
				head.add("");
			}
		}
		MarkdownTable.head(head.toArray(String[]::new));
		for (Contender contender : contenders) {
			List<String> row = new ArrayList<>(List.of(contender.title()));
			for (RunResult result : of(contender, results)) {
				Result<?> time = result.getPrimaryResult();
				row.add(String.format(Locale.ROOT, "%,.0f ± %,.0f ns", time.getScore(), time.getScoreError()));
				if (bytes) {
					row.add(String.format(Locale.ROOT, "%,.0f B",
							Objects.requireNonNull(result.getSecondaryResults().get("gc.alloc.rate.norm")).getScore()));
				}
			}
			MarkdownTable.row(row.toArray());
		}
	}

	private static List<RunResult> of(Contender contender, List<RunResult> results) {
		return results.stream()
			.filter((result) -> contender.name().equals(result.getParams().getParam("pool")))
			.toList();
	}

}
