package dev.pgkeel.schema;

import org.jspecify.annotations.Nullable;

/**
 * Thrown when schema scripts cannot be read or applied. What of them is left in the
 * database then, if anything, is said with what to do.
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
	 * Returns the same exception, with more to say about what to do.
	 */
	SchemaScriptException advising(String more) {
		SchemaScriptException ex = new SchemaScriptException(String.valueOf(getMessage()), this.action + " " + more,
				getCause());
		ex.setStackTrace(getStackTrace());
		for (Throwable suppressed : getSuppressed()) {
			ex.addSuppressed(suppressed);
		}
		return ex;
	}

	/**
	 * Returns what to do about it.
	 * @return the advice
	 */
	public String getAction() {
		return this.action;
	}

}
