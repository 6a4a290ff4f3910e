package dev.pgkeel.benchmarks.monitor;

import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;

/**
 * How long the same work took, again and again.
 *
 * @param sortedNanos the times in nanoseconds, the shortest first
 */
record Timings(long[] sortedNanos) {

	/**
	 * Measures.
	 * @param times how often
	 * @param work the work
	 * @return the times
	 * @throws Exception if the work fails
	 */
	static Timings of(int times, Work work) throws Exception {
		long[] nanos = new long[times];
		for (int i = 0; i < times; i++) {
			long start = System.nanoTime();
			work.run();
			nanos[i] = System.nanoTime() - start;
		}
		Arrays.sort(nanos);
		return new Timings(nanos);
	}

	private String millis(double quantile) {
		int index = (int) Math.min(this.sortedNanos.length - 1, Math.floor(quantile * this.sortedNanos.length));
		return String.format(Locale.ROOT, "%.3f", this.sortedNanos[index] / (double) Duration.ofMillis(1).toNanos());
	}

	/**
	 * Returns the cells of a table.
	 */
	@Override
	public String toString() {
		return "| " + this.sortedNanos.length + " | " + millis(0) + " | " + millis(0.5) + " | " + millis(0.99) + " | "
				+ millis(1) + " |";
	}

	/**
	 * What is measured.
	 */
	@FunctionalInterface
	interface Work {

		/**
		 * Does it once.
		 * @throws Exception if it fails
		 */
		void run() throws Exception;

	}

}
