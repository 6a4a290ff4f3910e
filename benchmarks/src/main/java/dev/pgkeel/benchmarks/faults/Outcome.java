package dev.pgkeel.benchmarks.faults;

import java.io.Serializable;
import java.time.Duration;

import org.jspecify.annotations.Nullable;

/**
 * What one side made of a fault.
 *
 * @param sees what the caller sees
 * @param log what the log says
 * @param failed how many calls failed
 * @param lost how many rows are missing that were acknowledged
 * @param misled how many rows are there though the caller got an error that does not say
 * that this may be
 * @param wronglyEnded how many transactions were ended that had nothing to do with the
 * fault, {@code null} if the fault itself ends all
 * @param leftBehind how many sessions are on the server after the application has gone
 * @param harm how much other harm was done, of the kind that the fault names
 * @param first the time to the first success, {@code null} if there was none
 * @param all the time until all callers succeeded again, {@code null} if they did not
 * @param longest the longest that a caller waited
 */
record Outcome(String sees, String log, long failed, long lost, long misled, @Nullable Long wronglyEnded,
		long leftBehind, long harm, @Nullable Duration first, @Nullable Duration all,
		Duration longest) implements Serializable {

	Outcome withHarm(long harm) {
		return new Outcome(this.sees, this.log, this.failed, this.lost, this.misled, this.wronglyEnded, this.leftBehind,
				harm, this.first, this.all, this.longest);
	}

	Outcome withSight(String sees) {
		return new Outcome(sees, this.log, this.failed, this.lost, this.misled, this.wronglyEnded, this.leftBehind,
				this.harm, this.first, this.all, this.longest);
	}

	/**
	 * Returns whether everything holds that pgkeel promises, the recovery aside.
	 */
	boolean keepsPromises() {
		return this.lost == 0 && (this.wronglyEnded == null || this.wronglyEnded == 0) && this.leftBehind == 0;
	}

}
