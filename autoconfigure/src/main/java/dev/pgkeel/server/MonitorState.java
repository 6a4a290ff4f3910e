package dev.pgkeel.server;

import java.time.Duration;
import java.time.Instant;

import org.jspecify.annotations.Nullable;

/**
 * What the monitor knows.
 *
 * @param snapshot the last answer, {@code null} if there was none yet
 * @param failure why the last question got no answer, {@code null} if it got one
 * @param askedAt when the last question was asked, {@code null} if none was
 * @param since since when the monitor has tried
 * @since 0.1.0
 */
public record MonitorState(@Nullable ServerSnapshot snapshot, @Nullable MonitorFailure failure,
		@Nullable Instant askedAt, Instant since) {

	/**
	 * An answer older than this is not shown as the present, whatever the reason.
	 */
	static final Duration OLD = Duration.ofSeconds(60);

	private static final Duration LONG_AGO = Duration.ofDays(1000);

	/**
	 * Returns the present.
	 * @param now the time
	 * @return the last answer, {@code null} if the last question got none or the answer
	 * is old
	 */
	public @Nullable ServerSnapshot current(Instant now) {
		ServerSnapshot last = this.snapshot;
		return (last != null && this.failure == null && age(now).compareTo(OLD) <= 0) ? last : null;
	}

	/**
	 * Returns this state without what lies in the future since the clock was set back: it
	 * would not grow old.
	 */
	MonitorState asOf(Instant now) {
		boolean future = this.since.isAfter(now) || (this.snapshot != null && this.snapshot.takenAt().isAfter(now));
		return future ? new MonitorState(null, this.failure, null, now) : this;
	}

	/**
	 * Returns how old the last answer is.
	 * @param now the time
	 * @return its age, or how long there has been none
	 */
	public Duration age(Instant now) {
		Duration age = Duration.between((this.snapshot != null) ? this.snapshot.takenAt() : this.since, now);
		return age.isNegative() ? Duration.ZERO : age;
	}

	/**
	 * Returns how long ago the last question was asked. If there was none, or the clock
	 * was set back since, that is not known, and taken for long.
	 */
	Duration sinceAsked(Instant now) {
		Instant asked = this.askedAt;
		return (asked != null && !asked.isAfter(now)) ? Duration.between(asked, now) : LONG_AGO;
	}

}
