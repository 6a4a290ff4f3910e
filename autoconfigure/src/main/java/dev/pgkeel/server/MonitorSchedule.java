package dev.pgkeel.server;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * When the monitor asks.
 *
 * @param interval the time between two questions
 * @param soon the time between two questions while something is the matter
 * @since 0.1.0
 */
public record MonitorSchedule(Duration interval, Duration soon) {

	private static final Duration FIRST_RETRY = Duration.ofSeconds(1);

	private static final int MAX_DOUBLINGS = 10;

	/**
	 * Returns how long to wait after a failure: longer after each, and not all instances
	 * at once, but not past the moment at which the monitor is blind, which is then told
	 * in time.
	 * @param failures how many questions in a row got no answer, at least 1
	 * @param age how old the last answer is
	 * @param random the source of the difference between instances
	 * @return the time
	 */
	Duration retry(int failures, Duration age, RandomGenerator random) {
		long millis = FIRST_RETRY.toMillis() << Math.min(failures - 1, MAX_DOUBLINGS);
		long longest = Math.min(millis, this.interval.toMillis());
		Duration wait = Duration.ofMillis(longest / 2 + random.nextLong(longest + 1));
		Duration untilBlind = MonitorState.OLD.minus(age);
		return (untilBlind.toMillis() > 0 && untilBlind.compareTo(wait) < 0) ? untilBlind : wait;
	}

}
