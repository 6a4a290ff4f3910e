package dev.pgkeel.embedded;

/**
 * Ends the wait for a server that has already failed: the library that starts it would go
 * on asking until its time is over. Interrupting is the one way to make it return.
 */
final class StartWatch {

	/**
	 * What {@code pg_ctl} prints when the server ends instead of starting.
	 */
	private static final String FAILED = "pg_ctl: could not start server";

	private final Thread starter;

	private boolean ended;

	private boolean failed;

	StartWatch(Thread starter) {
		this.starter = starter;
	}

	synchronized void line(String line) {
		if (!this.ended && line.startsWith(FAILED)) {
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
