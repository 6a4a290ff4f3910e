package dev.pgkeel.lease;

import java.util.concurrent.atomic.LongAdder;

/**
 * What was counted since the pool was made. Safe for use by several threads.
 *
 * @since 0.1.0
 */
public final class LeakCounters {

	private final LongAdder proven = new LongAdder();

	private final LongAdder reclaimed = new LongAdder();

	private final LongAdder suspected = new LongAdder();

	private final LongAdder nestedRefused = new LongAdder();

	void countProven() {
		this.proven.increment();
	}

	void countReclaimed() {
		this.reclaimed.increment();
	}

	void countSuspected() {
		this.suspected.increment();
	}

	void countNestedRefused() {
		this.nestedRefused.increment();
	}

	/**
	 * Returns how many connections nobody could have returned any more.
	 * @return the number
	 */
	public long proven() {
		return this.proven.sum();
	}

	/**
	 * Returns how many of these were reclaimed.
	 * @return the number
	 */
	public long reclaimed() {
		return this.reclaimed.sum();
	}

	/**
	 * Returns how many connections were out for long and idle.
	 * @return the number
	 */
	public long suspected() {
		return this.suspected.sum();
	}

	/**
	 * Returns how many nested borrows were refused because waiting could not have ended.
	 * @return the number
	 */
	public long nestedRefused() {
		return this.nestedRefused.sum();
	}

}
