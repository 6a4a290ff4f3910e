package dev.pgkeel.alert;

/**
 * What was seen of one subject.
 *
 * @param level the level
 * @param cleared the level that is left when the present one is cleared: that of a value
 * a little higher
 * @param atOnce whether the level needs no confirmation
 * @param message what was seen
 */
record Observation(AlertLevel level, AlertLevel cleared, boolean atOnce, String message) {

	static Observation of(AlertLevel level, String message) {
		return new Observation(level, level, true, message);
	}

}
