package dev.pgkeel.benchmarks.faults;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.ToLongFunction;

import org.jspecify.annotations.Nullable;

/**
 * A row of the table: what both sides made of a fault.
 *
 * @param fault the fault
 * @param pgkeel what pgkeel made of it, {@code null} if it was not provoked
 * @param plain what the plain side made of it
 * @param obstacle why it was not provoked
 */
record Row(Fault fault, @Nullable Outcome pgkeel, @Nullable Outcome plain, @Nullable String obstacle) {

	/**
	 * The head of the table of figures.
	 */
	static final List<String> FIGURES = List.of("pgkeel / plain", "failed calls", "rows lost", "rows denied",
			"wrongly ended", "left behind", "other harm", "first success ms", "all succeed ms", "longest call ms",
			"pgkeel");

	/**
	 * The head of the table of texts.
	 */
	static final List<String> TEXTS = List.of("", "callers see with pgkeel", "callers see without",
			"first warning with pgkeel", "first warning without");

	private static final Comparator<Duration> BY_LENGTH = Comparator.naturalOrder();

	/**
	 * Makes a row of one or more rounds: the times are those of the median round.
	 */
	static Row of(Fault fault, Map<Side, List<Outcome>> outcomes) {
		return new Row(fault, median(Objects.requireNonNull(outcomes.get(Side.PGKEEL))),
				median(Objects.requireNonNull(outcomes.get(Side.PLAIN))), null);
	}

	static Row notProvoked(Fault fault, String obstacle) {
		return new Row(fault, null, null, obstacle);
	}

	private static Outcome median(List<Outcome> rounds) {
		Outcome median = rounds.stream()
			.sorted(Comparator.comparing(Outcome::all, Comparator.nullsLast(BY_LENGTH)))
			.toList()
			.get(rounds.size() / 2);
		return new Outcome(median.sees(), median.log(), median.failed(), sum(rounds, Outcome::lost),
				sum(rounds, Outcome::misled),
				(median.wronglyEnded() != null) ? Long.valueOf(sum(rounds, Row::wronglyEnded)) : null,
				sum(rounds, Outcome::leftBehind), sum(rounds, Outcome::harm), median.first(), median.all(),
				median.longest());
	}

	private static long sum(List<Outcome> rounds, ToLongFunction<Outcome> figure) {
		return rounds.stream().mapToLong(figure).sum();
	}

	private static long wronglyEnded(Outcome outcome) {
		return (outcome.wronglyEnded() != null) ? outcome.wronglyEnded() : 0;
	}

	boolean keepsPromises() {
		return this.pgkeel == null || this.pgkeel.keepsPromises();
	}

	/**
	 * Returns the row of the table of figures.
	 */
	List<String> figures() {
		if (this.pgkeel == null || this.plain == null) {
			return notProvoked(FIGURES.size());
		}
		return List.of(this.fault.title(), both(Outcome::failed), both(Outcome::lost), both(Outcome::misled),
				(this.pgkeel.wronglyEnded() != null) ? both(Row::wronglyEnded) : "", both(Outcome::leftBehind),
				(this.fault.harm() != null) ? both(Outcome::harm) + " " + this.fault.harm() : "",
				this.fault.canRecover() ? both((outcome) -> millis(outcome.first())) : "",
				this.fault.canRecover() ? both((outcome) -> millis(outcome.all())) : "",
				both((outcome) -> millis(outcome.longest())), new Verdict(this.pgkeel, this.plain).toString());
	}

	/**
	 * Returns the row of the table of texts.
	 */
	List<String> texts() {
		if (this.pgkeel == null || this.plain == null) {
			return notProvoked(TEXTS.size());
		}
		return List.of(this.fault.title(), this.pgkeel.sees(), this.plain.sees(), this.pgkeel.log(), this.plain.log());
	}

	private List<String> notProvoked(int columns) {
		List<String> cells = new ArrayList<>(Collections.nCopies(columns, ""));
		cells.set(0, this.fault.title());
		cells.set(columns - 1, "not provoked: " + this.obstacle);
		return cells;
	}

	private String both(Function<Outcome, Object> figure) {
		return figure.apply(Objects.requireNonNull(this.pgkeel)) + " / "
				+ figure.apply(Objects.requireNonNull(this.plain));
	}

	private static String millis(@Nullable Duration time) {
		return (time != null) ? String.valueOf(time.toMillis()) : "never";
	}

}
