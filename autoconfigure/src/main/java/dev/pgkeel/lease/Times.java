package dev.pgkeel.lease;

import java.time.Duration;
import java.util.Locale;

/**
 * Writes times as people read them.
 */
final class Times {

	private Times() {
	}

	/**
	 * Returns a time such as {@code 0.7 s}, {@code 42 s} or {@code 3 min}.
	 */
	static String text(Duration duration) {
		double seconds = duration.toMillis() / 1000.0;
		if (seconds < 10) {
			return String.format(Locale.ROOT, "%.1f s", seconds);
		}
		return (seconds < 120) ? Math.round(seconds) + " s" : duration.toMinutes() + " min";
	}

}
