package dev.pgkeel.alert;

import java.time.Instant;

/**
 * One alert, or its end.
 *
 * @param subject what it is about
 * @param level how serious it is, {@link AlertLevel#NONE} for its end
 * @param previous how serious it was before it came to this level
 * @param message what is the matter, in a sentence
 * @param since since when the level has been what it is
 * @param dedupKey the same for all of one alert, from the first to its end
 * @since 0.1.0
 */
public record ConnectionAlert(AlertSubject subject, AlertLevel level, AlertLevel previous, String message,
		Instant since, String dedupKey) {

	/**
	 * Returns the end of this alert.
	 */
	ConnectionAlert end(String why, Instant now) {
		return new ConnectionAlert(this.subject, AlertLevel.NONE, this.level, why, now, this.dedupKey);
	}

	@Override
	public String toString() {
		return this.subject + " " + ((this.level == AlertLevel.NONE) ? "resolved" : this.level) + ": " + this.message;
	}

}
