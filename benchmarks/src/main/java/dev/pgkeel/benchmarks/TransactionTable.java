package dev.pgkeel.benchmarks;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.RunnerException;

/**
 * Runs {@link TransactionThroughputBenchmark}, templates taking turns, and prints what
 * came out as a table.
 */
public final class TransactionTable {

	private static final List<String> TEMPLATES = List.of("spring", "guarded", "resolving");

	private static final int ROUNDS = 5;

	private TransactionTable() {
	}

	/**
	 * Runs the benchmark.
	 * @param arguments none
	 * @throws RunnerException if it cannot run
	 */
	public static void main(String[] arguments) throws RunnerException {
		Map<String, List<Result<?>>> rates = new LinkedHashMap<>();
		TEMPLATES.forEach((template) -> rates.put(template, new ArrayList<>()));
		for (int round = 1; round <= ROUNDS; round++) {
			for (RunResult result : JmhRuns.run(JmhRuns.options(TransactionThroughputBenchmark.class, JmhRuns.thisJdk())
				.param("round", String.valueOf(round))
				.param("template", TEMPLATES.toArray(String[]::new)))) {
				Objects.requireNonNull(rates.get(result.getParams().getParam("template")))
					.add(result.getPrimaryResult());
			}
		}
		MarkdownTable.head("round", "Spring's", "guarded", "guarded, with commit resolution");
		for (int round = 0; round < ROUNDS; round++) {
			List<Object> cells = new ArrayList<>(List.of(round + 1));
			for (List<Result<?>> ofTemplate : rates.values()) {
				Result<?> rate = ofTemplate.get(round);
				cells.add(rate(rate.getScore()) + " ± " + rate(rate.getScoreError()));
			}
			MarkdownTable.row(cells.toArray());
		}
		List<Double> medians = rates.values().stream().map(TransactionTable::median).toList();
		MarkdownTable.row("median", rate(medians.get(0)), rate(medians.get(1)) + ratio(medians, 1) + " of Spring's",
				rate(medians.get(2)) + ratio(medians, 2) + " of it");
	}

	private static double median(List<Result<?>> rates) {
		return rates.stream().map(Result::getScore).sorted().toList().get(rates.size() / 2);
	}

	private static String ratio(List<Double> medians, int template) {
		return String.format(Locale.ROOT, ", %.3f", medians.get(template) / medians.get(0));
	}

	private static String rate(double rate) {
		return String.format(Locale.ROOT, "%,.0f", rate);
	}

}
