package dev.pgkeel.pool;

import java.util.Locale;

/**
 * What to do about a pool that is too large for its fleet.
 *
 * @since 0.1.0
 */
public enum OverBudget {

	/**
	 * Lower the profile's value; warn about the user's.
	 */
	CLAMP,

	/**
	 * Only warn.
	 */
	WARN,

	/**
	 * Do not start.
	 */
	FAIL;

	@Override
	public String toString() {
		return name().toLowerCase(Locale.ROOT);
	}

}
