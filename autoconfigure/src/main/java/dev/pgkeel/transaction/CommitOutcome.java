package dev.pgkeel.transaction;

/**
 * What became of a transaction whose connection was lost in COMMIT.
 *
 * @param result what is known
 * @param reason why it is not known, empty if it is
 */
record CommitOutcome(Result result, String reason) {

	static CommitOutcome notYet(String reason) {
		return new CommitOutcome(Result.NOT_YET, reason);
	}

	static CommitOutcome undecidable(String reason) {
		return new CommitOutcome(Result.UNDECIDABLE, reason);
	}

	/**
	 * Reads what {@code pg_xact_status} says.
	 */
	static CommitOutcome of(String status) {
		return switch (status) {
			case "committed" -> new CommitOutcome(Result.COMMITTED, "");
			case "aborted" -> new CommitOutcome(Result.ROLLED_BACK, "");
			case "in progress" -> notYet("it is still in progress");
			default -> undecidable("the server does not remember it any more");
		};
	}

	enum Result {

		COMMITTED, ROLLED_BACK,

		/**
		 * It may be known later.
		 */
		NOT_YET,

		/**
		 * Nobody will ever tell.
		 */
		UNDECIDABLE

	}

}
