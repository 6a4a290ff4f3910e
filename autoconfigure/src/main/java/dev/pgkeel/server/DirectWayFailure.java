package dev.pgkeel.server;

import org.jspecify.annotations.Nullable;

/**
 * Says of a failure to connect that it happened on the way that {@code pgkeel.direct.url}
 * names. It is added to the driver's exception as a suppressed one, since those who look
 * at the driver's need its state and the server's message.
 *
 * @since 0.1.0
 */
public final class DirectWayFailure extends Exception {

	private static final long serialVersionUID = 1L;

	/**
	 * Where the way leads, without role, password and parameters.
	 */
	private final String url;

	DirectWayFailure(String url) {
		super("pgkeel.direct.url is " + UrlMistake.shown(url), null, false, false);
		this.url = UrlMistake.shown(url);
	}

	/**
	 * Returns where the way leads.
	 * @return the URL without role, password and parameters
	 */
	public String shownUrl() {
		return this.url;
	}

	/**
	 * Looks for the direct way among the causes of an exception.
	 * @param failure the exception
	 * @return the way that failed, {@code null} if it was another one
	 */
	public static @Nullable DirectWayFailure of(Throwable failure) {
		for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
			for (Throwable suppressed : cause.getSuppressed()) {
				if (suppressed instanceof DirectWayFailure found) {
					return found;
				}
			}
		}
		return null;
	}

}
