package dev.pgkeel.benchmarks.faults;

import java.time.Duration;

import org.jspecify.annotations.Nullable;

/**
 * One call of the service.
 *
 * @param caller whose
 * @param number the row that it writes, negative if it writes none of its own
 * @param start when it began, by {@link System#nanoTime()}
 * @param end when it ended
 * @param failure what the caller got instead of an acknowledgement
 */
record Call(int caller, long number, long start, long end, @Nullable Throwable failure) {

	private static final long LONG_NANOS = Duration.ofMillis(500).toNanos();

	boolean succeeded() {
		return this.failure == null;
	}

	/**
	 * Returns whether the caller noticed something: it failed, or waited for long.
	 */
	boolean disturbed() {
		return !succeeded() || nanos() > LONG_NANOS;
	}

	long nanos() {
		return this.end - this.start;
	}

}
