package dev.pgkeel.schema;

import org.jspecify.annotations.Nullable;

/**
 * Thrown when schema scripts cannot be read or applied. Nothing of them is left in the
 * database then.
 *
 * @since 0.1.0
 */
public class SchemaScriptException extends RuntimeException {

	/**
	 * What to do about it.
	 */
	private final String action;

	/**
	 * Creates an exception.
	 * @param message what happened, and where: script, line and column
	 * @param action what to do about it
	 * @param cause the cause, if any
	 */
	public SchemaScriptException(String message, String action, @Nullable Throwable cause) {
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
