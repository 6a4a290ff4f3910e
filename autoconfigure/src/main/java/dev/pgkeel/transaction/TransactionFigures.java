package dev.pgkeel.transaction;

import java.time.Duration;
import java.util.Arrays;

/**
 * What transactions added up to at one moment.
 *
 * @since 0.1.0
 */
public final class TransactionFigures {

	/**
	 * Steps per doubling of the duration, so that a percentile is off by a tenth at most.
	 */
	static final int STEPS = 4;

	static final int BUCKETS = Long.SIZE * STEPS;

	private final long[] counts;

	TransactionFigures(long[] counts) {
		this.counts = counts;
	}

	/**
	 * Returns the figures of the time between an earlier moment and this one.
	 * @param earlier the figures then
	 * @return the differences
	 */
	public TransactionFigures since(TransactionFigures earlier) {
		long[] differences = new long[this.counts.length];
		Arrays.setAll(differences, (bucket) -> Math.max(0, this.counts[bucket] - earlier.counts[bucket]));
		return new TransactionFigures(differences);
	}

	/**
	 * Returns how many transactions have ended.
	 * @return the number
	 */
	public long count() {
		return Arrays.stream(this.counts).sum();
	}

	/**
	 * Returns a duration that a share of the transactions did not exceed, a tenth more or
	 * less.
	 * @param share the share, such as 0.95
	 * @return the duration, zero if there was no transaction
	 */
	public Duration percentile(double share) {
		long rank = (long) Math.ceil(count() * share);
		for (int bucket = 0; rank > 0 && bucket < this.counts.length; bucket++) {
			rank -= this.counts[bucket];
			if (rank <= 0) {
				return Duration.ofNanos((long) Math.pow(2, (bucket + 0.5) / STEPS));
			}
		}
		return Duration.ZERO;
	}

	static int bucket(long nanos) {
		long atLeastOne = Math.max(1, nanos);
		int doublings = Long.SIZE - 1 - Long.numberOfLeadingZeros(atLeastOne);
		double rest = atLeastOne / (double) (1L << doublings);
		// The steps begin at the powers 2^(1/4), 2^(1/2) and 2^(3/4)
		int step = (rest < 1.4142135623730951) ? ((rest < 1.189207115002721) ? 0 : 1)
				: ((rest < 1.681792830507429) ? 2 : 3);
		return doublings * STEPS + step;
	}

}
