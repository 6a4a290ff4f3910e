package dev.pgkeel.benchmarks.soak;

import java.util.stream.Stream;

/**
 * What the application did.
 *
 * @param done rounds without a failure
 * @param failed rounds that failed as faults let them fail
 * @param leaked connections that were forgotten
 * @param reclaimed connections that came back
 * @param nested borrows inside a borrow
 * @param refused those that could not have ended
 * @param idle transactions that did nothing for longer than their limit
 * @param slow transactions that took long
 * @param unexpected failures that no fault explains
 * @param full whether the whole pool could be borrowed at the end
 */
record SoakCounts(long done, long failed, long leaked, long reclaimed, long nested, long refused, long idle, long slow,
		long unexpected, boolean full) {

	/**
	 * Reads what {@link SoakWork#end()} said.
	 */
	static SoakCounts parse(String text) {
		long[] counts = Stream.of(text.split(" ")).mapToLong(Long::parseLong).toArray();
		return new SoakCounts(counts[0], counts[1], counts[2], counts[3], counts[4], counts[5], counts[6], counts[7],
				counts[8], counts[9] == 1);
	}

}
