package dev.pgkeel.benchmarks.soak;

import java.util.ArrayList;
import java.util.List;

/**
 * Something that must not grow. It is flat if the median of the last third of the looks
 * is at most a tenth, and a little, above the median of the first third, or, where a
 * figure follows the load, if it is never above its limit.
 */
final class Figure {

	private static final int MILLE = 1000;

	private final String title;

	private final long little;

	private final long limit;

	private final List<Long> looks = new ArrayList<>();

	private Figure(String title, long little, long limit) {
		this.title = title;
		this.little = little;
		this.limit = limit;
	}

	/**
	 * Returns a figure whose thirds are compared.
	 * @param title what the table calls it
	 * @param little how much it may be above a tenth more
	 */
	static Figure steady(String title, long little) {
		return new Figure(title, little, Long.MAX_VALUE);
	}

	/**
	 * Returns a figure that has a limit.
	 * @param title what the table calls it
	 * @param limit the limit
	 */
	static Figure limited(String title, long limit) {
		return new Figure(title, limit, limit);
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
		return late() <= early() * 1.1 + this.little && most() <= this.limit;
	}

	private long most() {
		return this.looks.stream().mapToLong(Long::longValue).max().orElse(0);
	}

	/**
	 * Returns the cells of a row.
	 */
	Object[] cells() {
		return new Object[] { this.title, shown(early()), shown(late()), shown(most()), isFlat() ? "yes" : "no" };
	}

	private String shown(long value) {
		return this.title.contains("MB") ? String.valueOf(Math.round(value / (double) MILLE)) : String.valueOf(value);
	}

}
