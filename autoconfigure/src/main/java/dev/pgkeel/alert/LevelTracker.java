package dev.pgkeel.alert;

/**
 * One level over time, which neither a short peak raises nor noise clears. Not safe for
 * use by several threads.
 */
final class LevelTracker {

	private static final AlertLevel[] LEVELS = AlertLevel.values();

	private final int[] above = new int[LEVELS.length];

	private final int[] below = new int[LEVELS.length];

	private AlertLevel level = AlertLevel.NONE;

	/**
	 * Follows what was seen.
	 * @param seen the level that was seen
	 * @param cleared the level that would be left if the present one were cleared: that
	 * of a value a little higher
	 * @param atOnce whether the level needs no confirmation
	 * @return the level
	 */
	AlertLevel follow(AlertLevel seen, AlertLevel cleared, boolean atOnce) {
		for (AlertLevel candidate : LEVELS) {
			int index = candidate.ordinal();
			this.above[index] = (seen.compareTo(candidate) >= 0) ? this.above[index] + 1 : 0;
			this.below[index] = (cleared.compareTo(candidate) < 0) ? this.below[index] + 1 : 0;
			boolean confirmed = atOnce ? this.above[index] > 0
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

}
