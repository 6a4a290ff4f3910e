package dev.pgkeel.embedded;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

/**
 * The first process of a server, found by what it writes into its data directory: its
 * process id, and the options that it was started with.
 *
 * @param dataDirectory the directory
 */
record Postmaster(Path dataDirectory) {

	private static final Log logger = LogFactory.getLog(Postmaster.class);

	private static final int PATIENCE_SECONDS = 10;

	/**
	 * Stops the server, if there is one and it was started with an option that no other
	 * start gives.
	 * @param mark the option's value
	 */
	void stopIfStartedWith(String mark) {
		Path id = this.dataDirectory.resolve("postmaster.pid");
		Path options = this.dataDirectory.resolve("postmaster.opts");
		try {
			if (Files.exists(id) && Files.exists(options) && Files.readString(options).contains(mark)) {
				stop(Long.parseLong(Files.readAllLines(id).get(0).strip()));
			}
		}
		catch (IOException | RuntimeException ex) {
			logger.warn("It cannot be told whether a server runs in " + this.dataDirectory, ex);
		}
	}

	private void stop(long id) {
		ProcessHandle server = DataDirectory.isPostgres(id) ? ProcessHandle.of(id).orElse(null) : null;
		if (server == null) {
			return;
		}
		server.destroy();
		if (!isGone(server)) {
			server.destroyForcibly();
			if (!isGone(server)) {
				logger.warn("The server with process id " + id + " goes on in " + this.dataDirectory);
			}
		}
	}

	private static boolean isGone(ProcessHandle server) {
		try {
			server.onExit().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
			return true;
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			return false;
		}
		catch (ExecutionException | TimeoutException ex) {
			return false;
		}
	}

}
