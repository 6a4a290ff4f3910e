package dev.pgkeel.alert;

import java.util.Locale;

/**
 * How serious it is.
 *
 * @since 0.1.0
 */
public enum AlertLevel {

	/**
	 * Nothing is the matter.
	 */
	NONE,

	/**
	 * Look at it today.
	 */
	ALERT,

	/**
	 * Somebody has to look at it now.
	 */
	PAGE,

	/**
	 * The service fails, or is about to.
	 */
	PANIC;

	@Override
	public String toString() {
		return name().toLowerCase(Locale.ROOT);
	}

}
