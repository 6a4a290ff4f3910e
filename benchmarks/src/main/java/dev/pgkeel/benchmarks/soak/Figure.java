package dev.pgkeel.benchmarks.soak;

import java.util.ArrayList;
import java.util.List;

/**
 * Something that must not grow. It is flat if the median of the last third of the looks
 * is at most a tenth, and a little, above the median of the first third.
 */
final class Figure {

	private static final int MILLE = 1000;

	private final String title;

	private final long little;

	private final List<Long> looks = new ArrayList<>();

	/**
	 * Creates a figure.
	 * @param title what the table calls it
	 * @param little how much it may be above a tenth more
	 */
	Figure(String title, long little) {
		this.title = title;
		this.little = little;
	}

	void add(long value) {
		this.looks.add(value);
	}

	long early() {
		return median(this.looks.subList(0, this.looks.size() / 3));
	}

	long late() {
		return median(this.looks.subList(this.looks.size() - this.looks.size() / 3, this.looks.size()));
	}

	private static long median(List<Long> values) {
		return values.stream().sorted().toList().get(values.size() / 2);
	}

	boolean isFlat() {
		return late() <= early() * 1.1 + this.little;
	}

	/**
	 * Returns the cells of a row.
	 */
	Object[] cells() {
		long most = this.looks.stream().mapToLong(Long::longValue).max().orElse(0);
		return new Object[] { this.title, shown(early()), shown(late()), shown(most), isFlat() ? "yes" : "no" };
	}

	private String shown(long value) {
		return this.title.contains("MB") ? String.valueOf(Math.round(value / (double) MILLE)) : String.valueOf(value);
	}

}
