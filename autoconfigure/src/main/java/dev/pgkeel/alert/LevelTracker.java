package dev.pgkeel.alert;

/**
 * One level over time, which neither a short peak raises nor noise clears, and what was
 * said for it. Not safe for use by several threads.
 */
final class LevelTracker {

	private static final AlertLevel[] LEVELS = AlertLevel.values();

	private final int[] above = new int[LEVELS.length];

	private final int[] below = new int[LEVELS.length];

	/**
	 * What was seen when each level was last not undercut. While the present one waits to
	 * be cleared, what is seen speaks against it.
	 */
	private final String[] messages = new String[LEVELS.length];

	private AlertLevel level = AlertLevel.NONE;

	/**
	 * Follows what was seen.
	 * @param seen what was seen
	 * @return the level
	 */
	AlertLevel follow(Observation seen) {
		for (AlertLevel candidate : LEVELS) {
			int index = candidate.ordinal();
			this.above[index] = (seen.level().compareTo(candidate) >= 0) ? this.above[index] + 1 : 0;
			this.below[index] = (seen.cleared().compareTo(candidate) < 0) ? this.below[index] + 1 : 0;
			if (this.below[index] == 0) {
				this.messages[index] = seen.message();
			}
			boolean confirmed = seen.atOnce() ? this.above[index] > 0
					: this.above[index] >= AlertPolicy.pollsToRaise(candidate);
			if (confirmed && candidate.compareTo(this.level) > 0) {
				this.level = candidate;
			}
		}
		while (this.below[this.level.ordinal()] >= AlertPolicy.POLLS_TO_CLEAR) {
			this.level = LEVELS[this.level.ordinal() - 1];
		}
		return this.level;
	}

	/**
	 * Returns what speaks for the level.
	 * @return what was seen when the level was last not undercut
	 */
	String message() {
		return this.messages[this.level.ordinal()];
	}

}
