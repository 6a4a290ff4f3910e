package dev.pgkeel.benchmarks.startup;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

import dev.pgkeel.benchmarks.MarkdownTable;

/**
 * What was measured of contenders that took turns, and the tables of it: medians, in
 * parentheses the lower and the upper quartile, of the differences within a round too.
 *
 * @param <T> what is measured of one contender in one round
 */
final class Rounds<T> {

	private static final int WARM_UP = 2;

	private final Map<Starter, List<T>> times = new LinkedHashMap<>();

	/**
	 * Measures.
	 * @param starters the contenders, the one first that the others are compared with
	 * @param rounds how often each is measured
	 * @param measurement what is measured
	 */
	Rounds(List<Starter> starters, int rounds, Measurement<T> measurement) throws IOException, InterruptedException {
		starters.forEach((starter) -> this.times.put(starter, new ArrayList<>()));
		for (int round = -WARM_UP; round < rounds; round++) {
			for (int turn = 0; turn < starters.size(); turn++) {
				Starter starter = starters.get(Math.floorMod(turn + round, starters.size()));
				T time = measurement.of(starter);
				if (round >= 0) {
					Objects.requireNonNull(this.times.get(starter)).add(time);
				}
			}
		}
	}

	void print(List<Column<T>> columns) {
		List<String> head = new ArrayList<>(List.of(""));
		columns.forEach((column) -> head.addAll(List.of(column.title(), "more than plain, ms")));
		MarkdownTable.head(head.toArray(String[]::new));
		List<T> plain = this.times.values().iterator().next();
		this.times.forEach((starter, all) -> {
			List<String> row = new ArrayList<>(List.of(starter.title()));
			columns.forEach((column) -> row
				.addAll(List.of(quartiles(all, column.figure()), more(all, plain, column.figure()))));
			MarkdownTable.row(row.toArray());
		});
	}

	private String quartiles(List<T> rounds, ToDoubleFunction<T> figure) {
		return quartiles(rounds.stream().mapToDouble(figure).sorted().toArray());
	}

	private String more(List<T> rounds, List<T> plain, ToDoubleFunction<T> figure) {
		return (rounds == plain) ? "" : quartiles(IntStream.range(0, rounds.size())
			.mapToDouble((round) -> figure.applyAsDouble(rounds.get(round)) - figure.applyAsDouble(plain.get(round)))
			.sorted()
			.toArray());
	}

	private String quartiles(double[] sorted) {
		int last = sorted.length - 1;
		return String.format(Locale.ROOT, "%,.0f (%,.0f, %,.0f)", sorted[last / 2], sorted[last / 4],
				sorted[last * 3 / 4]);
	}

	/**
	 * What is measured of one contender in one round.
	 *
	 * @param <T> what was measured
	 */
	interface Measurement<T> {

		T of(Starter starter) throws IOException, InterruptedException;

	}

	/**
	 * A column, beside which another shows how much more it is.
	 *
	 * @param title the column's
	 * @param figure what it shows, in ms
	 * @param <T> what was measured
	 */
	record Column<T>(String title, ToDoubleFunction<T> figure) {

	}

}
