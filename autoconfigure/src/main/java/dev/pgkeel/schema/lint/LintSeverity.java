package dev.pgkeel.schema.lint;

import java.util.Locale;

/**
 * How bad it is.
 *
 * @since 0.1.0
 */
public enum LintSeverity {

	/**
	 * The second run fails, or errors are hidden.
	 */
	ERROR,

	/**
	 * The second run may do damage.
	 */
	WARNING,

	/**
	 * The second run does nothing, but waits for others, and others for it.
	 */
	HINT;

	@Override
	public String toString() {
		return name().toLowerCase(Locale.ROOT);
	}

}
