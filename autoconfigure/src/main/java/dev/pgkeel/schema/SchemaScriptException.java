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
	 * Whether there was no connection yet.
	 */
	private final boolean whileConnecting;

	/**
	 * Creates an exception.
	 * @param message what happened, and where: script, line and column
	 * @param action what to do about it
	 * @param cause the cause, if any
	 */
	public SchemaScriptException(String message, String action, @Nullable Throwable cause) {
		this(message, action, cause, false);
	}

	SchemaScriptException(String message, String action, @Nullable Throwable cause, boolean whileConnecting) {
		super(message, cause);
		this.action = action;
		this.whileConnecting = whileConnecting;
	}

	/**
	 * Returns the same exception, with more to say about what to do.
	 */
	SchemaScriptException advising(String more) {
		SchemaScriptException ex = new SchemaScriptException(String.valueOf(getMessage()), this.action + " " + more,
				getCause(), this.whileConnecting);
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

	/**
	 * Returns whether no connection could be made, so that nothing was tried.
	 * @return whether there was none
	 */
	public boolean isWhileConnecting() {
		return this.whileConnecting;
	}

}
