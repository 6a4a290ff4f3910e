package dev.pgkeel.transaction;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Admits one report per subject and minute. Safe for use by several threads.
 */
final class ReportThrottle {

	private static final long PERIOD_NANOS = Duration.ofMinutes(1).toNanos();

	/**
	 * Names can be made up at run time, so that there may be any number of them.
	 */
	private static final int MOST_SUBJECTS = 1000;

	private final Map<String, Long> admitted = new ConcurrentHashMap<>();

	boolean admits(String subject) {
		long now = System.nanoTime();
		if (this.admitted.size() >= MOST_SUBJECTS) {
			this.admitted.values().removeIf((before) -> now - before >= PERIOD_NANOS);
			if (this.admitted.size() >= MOST_SUBJECTS) {
				return false;
			}
		}
		Long last = this.admitted.putIfAbsent(subject, now);
		return last == null || (now - last >= PERIOD_NANOS && this.admitted.replace(subject, last, now));
	}

}
