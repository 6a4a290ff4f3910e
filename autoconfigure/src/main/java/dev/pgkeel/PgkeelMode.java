package dev.pgkeel;

import java.util.Locale;

/**
 * Whether pgkeel acts or only reports. In {@link #OBSERVE} nothing is set, refused,
 * clamped, reclaimed or ended by pgkeel: it says what it would have done.
 *
 * @since 0.1.0
 */
public enum PgkeelMode {

	/**
	 * The guards act.
	 */
	ENFORCE,

	/**
	 * The guards only report, with the words "would have".
	 */
	OBSERVE;

	/**
	 * Returns the name as it is written in {@code application.yml}.
	 */
	@Override
	public String toString() {
		return name().toLowerCase(Locale.ROOT);
	}

}
