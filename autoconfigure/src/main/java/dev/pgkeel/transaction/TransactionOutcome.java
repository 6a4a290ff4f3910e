package dev.pgkeel.transaction;

/**
 * How a transaction ended.
 *
 * @since 0.1.0
 */
public enum TransactionOutcome {

	/**
	 * It committed.
	 */
	COMMITTED("committed"),

	/**
	 * It rolled back.
	 */
	ROLLED_BACK("rolled-back"),

	/**
	 * It rolled back after its limit had expired.
	 */
	TIMED_OUT("timed-out"),

	/**
	 * Its connection was lost in COMMIT.
	 */
	UNKNOWN("unknown");

	private final String tag;

	TransactionOutcome(String tag) {
		this.tag = tag;
	}

	/**
	 * Returns the outcome as meters name it.
	 * @return the name
	 */
	public String tag() {
		return this.tag;
	}

}
