package dev.pgkeel.benchmarks;

import java.util.Locale;

import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.util.Statistics;

/**
 * Runs {@link SchemaLintBenchmark} and prints what came out as a table.
 */
public final class LintTable {

	private LintTable() {
	}

	/**
	 * Runs the benchmark.
	 * @param arguments none
	 * @throws RunnerException if it cannot run
	 */
	public static void main(String[] arguments) throws RunnerException {
		MarkdownTable.head("statements", "median ms", "95 % ms", "longest ms", "times");
		for (RunResult result : JmhRuns.run(JmhRuns.options(SchemaLintBenchmark.class, JmhRuns.thisJdk()))) {
			Statistics times = result.getPrimaryResult().getStatistics();
			MarkdownTable.row("4,000", millis(times.getPercentile(50)), millis(times.getPercentile(95)),
					millis(times.getMax()), times.getN());
		}
	}

	private static String millis(double time) {
		return String.format(Locale.ROOT, "%.1f", time);
	}

}
