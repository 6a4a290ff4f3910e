package dev.pgkeel.pool;

import java.util.Locale;

/**
 * Where the application runs, which decides how many connections it should hold and for
 * how long.
 *
 * @since 0.1.0
 */
public enum RuntimeProfile {

	/**
	 * Told from the environment: AWS Lambda or Azure Functions, Spring Boot DevTools,
	 * else long-lived.
	 */
	AUTO,

	/**
	 * A process that serves many requests at once and runs for hours or days.
	 */
	LONG_LIVED,

	/**
	 * A process that serves one request at a time, and is frozen or ended when there is
	 * none.
	 */
	SERVERLESS,

	/**
	 * A developer's own machine, where several applications share a small server.
	 */
	DEVELOPMENT;

	/**
	 * Returns the name as it is written in {@code application.yml}, so that a failed
	 * binding lists the names that can be pasted there.
	 */
	@Override
	public String toString() {
		return name().toLowerCase(Locale.ROOT).replace('_', '-');
	}

}
