package dev.pgkeel.schema;

/**
 * What the history says about the last time a script was applied.
 *
 * @param id the row
 * @param checksum the script's checksum
 * @param statements how many statements it had
 * @param outcome {@link #APPLIED}, or {@link #PENDING} while statements remain that
 * cannot run in a transaction
 * @param outsideDone how many of these have run
 * @param serverVersion the server's major version
 * @param fingerprint the hash of the definitions of the script's objects
 * @param untouched whether no row of the catalog that belongs to these objects has been
 * written since, so that there is no need to look at definitions
 */
record HistoryEntry(long id, String checksum, int statements, String outcome, int outsideDone, int serverVersion,
		String fingerprint, boolean untouched) {

	static final String APPLIED = "applied";

	static final String PENDING = "pending";

	HistoryEntry asUntouched() {
		return new HistoryEntry(this.id, this.checksum, this.statements, this.outcome, this.outsideDone,
				this.serverVersion, this.fingerprint, true);
	}

	boolean isPending() {
		return PENDING.equals(this.outcome);
	}

}
