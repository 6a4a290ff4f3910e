package dev.pgkeel.benchmarks.faults;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Programs of the operating system.
 */
final class Commands {

	private Commands() {
	}

	/**
	 * Runs a program to its end.
	 */
	static void run(String... command) throws IOException, InterruptedException {
		Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
		String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
		if (process.waitFor() != 0) {
			throw new IOException(List.of(command) + ": " + output);
		}
	}

	/**
	 * Returns whether there is a program of that name.
	 */
	static boolean has(String program) {
		try {
			run("sh", "-c", "command -v " + program);
			return true;
		}
		catch (IOException ex) {
			return false;
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

}
