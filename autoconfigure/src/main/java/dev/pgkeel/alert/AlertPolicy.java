package dev.pgkeel.alert;

import java.time.Duration;

/**
 * When an alert is raised.
 *
 * @param alert percentage of the limit in use from which it is an alert
 * @param page percentage from which it is a page
 * @param panic percentage from which it is a panic
 * @since 0.1.0
 */
public record AlertPolicy(int alert, int page, int panic) {

	/**
	 * How much lower than it was raised a level is cleared.
	 */
	static final int HYSTERESIS_PERCENT = 5;

	/**
	 * For how many questions in a row a level must be undercut to be cleared.
	 */
	static final int POLLS_TO_CLEAR = 8;

	static final Duration WAITING = Duration.ofSeconds(30);

	static final Duration IDLE_ALERT = Duration.ofSeconds(60);

	static final Duration IDLE_PAGE = Duration.ofSeconds(300);

	static final Duration BLOCKED_ALERT = Duration.ofSeconds(10);

	static final Duration BLOCKED_PAGE = Duration.ofSeconds(60);

	static final Duration BLIND = Duration.ofSeconds(60);

	static final Duration REMINDER = Duration.ofHours(1);

	/**
	 * Creates a policy.
	 * @param alert percentage from which it is an alert
	 * @param page percentage from which it is a page
	 * @param panic percentage from which it is a panic
	 * @throws IllegalArgumentException if they do not rise between 1 and 100
	 */
	public AlertPolicy {
		check(alert, page, panic);
	}

	/**
	 * Checks thresholds.
	 * @param alert percentage of the limit in use from which it is an alert
	 * @param page percentage from which it is a page
	 * @param panic percentage from which it is a panic
	 * @throws IllegalArgumentException if they do not rise, or are no percentages
	 */
	public static void check(int alert, int page, int panic) {
		if (alert <= 0 || alert >= page || page >= panic || panic > 100) {
			throw new IllegalArgumentException("pgkeel.alert.thresholds must rise from alert to page to panic, between"
					+ " 1 and 100 percent, but they are alert=%d, page=%d, panic=%d".formatted(alert, page, panic));
		}
	}

	/**
	 * Returns the level of a percentage.
	 * @param percent how much of a limit is in use
	 * @return the level that it reaches
	 */
	public AlertLevel levelOf(double percent) {
		if (percent >= this.panic) {
			return AlertLevel.PANIC;
		}
		if (percent >= this.page) {
			return AlertLevel.PAGE;
		}
		return (percent >= this.alert) ? AlertLevel.ALERT : AlertLevel.NONE;
	}

	/**
	 * Returns the level of a time.
	 */
	static AlertLevel levelOf(Duration time, Duration alert, Duration page) {
		if (time.compareTo(page) >= 0) {
			return AlertLevel.PAGE;
		}
		return (time.compareTo(alert) >= 0) ? AlertLevel.ALERT : AlertLevel.NONE;
	}

	/**
	 * Returns for how many questions in a row a level must be seen to be raised.
	 */
	static int pollsToRaise(AlertLevel level) {
		return switch (level) {
			case PANIC -> 1;
			case PAGE -> 2;
			default -> 4;
		};
	}

}
