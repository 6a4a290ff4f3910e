package dev.pgkeel.tls;

import org.jspecify.annotations.Nullable;

/**
 * Thrown when the properties of the encryption contradict each other or name something
 * that cannot be used.
 *
 * @since 0.1.0
 */
public class TlsConfigurationException extends RuntimeException {

	/**
	 * What to do about it.
	 */
	private final String action;

	/**
	 * Creates an exception.
	 * @param message which property, and what is wrong with it
	 * @param action what to do about it
	 * @param cause the cause, if any
	 */
	public TlsConfigurationException(String message, String action, @Nullable Throwable cause) {
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
