package dev.pgkeel.embedded;

import org.jspecify.annotations.Nullable;

/**
 * Thrown when the embedded server cannot be started.
 *
 * @since 0.1.0
 */
public class EmbeddedPostgresException extends RuntimeException {

	/**
	 * What to do about it.
	 */
	private final String action;

	/**
	 * Creates an exception.
	 * @param message what happened
	 * @param action what to do about it
	 * @param cause the cause, if any
	 */
	public EmbeddedPostgresException(String message, String action, @Nullable Throwable cause) {
		super(message, cause);
		this.action = action;
	}

	/**
	 * Returns what to do about it.
	 * @return the advice
	 */
	public String getAction() {
		return this.action;
	}

}
