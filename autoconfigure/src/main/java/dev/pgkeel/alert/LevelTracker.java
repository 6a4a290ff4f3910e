package dev.pgkeel.alert;

/**
 * One level over time, which neither a short peak raises nor noise clears. Not safe for
 * use by several threads.
 */
final class LevelTracker {

	private final int[] above = new int[AlertLevel.values().length];

	private int below;

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
		for (AlertLevel candidate : AlertLevel.values()) {
			int index = candidate.ordinal();
			this.above[index] = (seen.compareTo(candidate) >= 0) ? this.above[index] + 1 : 0;
			boolean confirmed = atOnce ? this.above[index] > 0
					: this.above[index] >= AlertPolicy.pollsToRaise(candidate);
			if (confirmed && candidate.compareTo(this.level) > 0) {
				this.level = candidate;
				this.below = 0;
			}
		}
		this.below = (cleared.compareTo(this.level) < 0) ? this.below + 1 : 0;
		if (this.below >= AlertPolicy.POLLS_TO_CLEAR) {
			this.level = cleared;
			this.below = 0;
		}
		return this.level;
	}

}
