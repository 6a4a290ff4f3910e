package dev.pgkeel.transaction;

/**
 * Counts for each thread how many of its transactions have committed, or may have, once
 * somebody wants to know. Safe for use by several threads.
 */
final class ThreadCommits {

	private final ThreadLocal<Long> commits = ThreadLocal.withInitial(() -> 0L);

	private volatile boolean wanted;

	void want() {
		this.wanted = true;
	}

	boolean areWanted() {
		return this.wanted;
	}

	void count() {
		this.commits.set(this.commits.get() + 1);
	}

	/**
	 * Returns the current thread's, those inside other transactions too.
	 */
	long get() {
		return this.commits.get();
	}

}
