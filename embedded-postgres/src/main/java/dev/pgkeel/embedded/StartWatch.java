package dev.pgkeel.embedded;

import java.util.List;

/**
 * Ends the wait for a server that has already failed: the library that starts it would go
 * on asking until its time is over. Interrupting is the one way to make it return.
 */
final class StartWatch {

	/**
	 * What {@code pg_ctl} prints when the server ends instead of starting, or when it has
	 * given up itself.
	 */
	private static final List<String> FAILED = List.of("pg_ctl: could not start server", "pg_ctl: error:");

	private final Thread starter;

	private boolean ended;

	private boolean failed;

	StartWatch(Thread starter) {
		this.starter = starter;
	}

	synchronized void line(String line) {
		if (!this.ended && FAILED.stream().anyMatch(line::startsWith)) {
			this.failed = true;
			this.starter.interrupt();
		}
	}

	/**
	 * Ends the watch.
	 * @return whether the server has failed
	 */
	synchronized boolean end() {
		this.ended = true;
		if (this.failed) {
			Thread.interrupted();
		}
		return this.failed;
	}

}
