package dev.pgkeel.benchmarks.faults;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Processes like this one.
 */
final class Jvm {

	private Jvm() {
	}

	/**
	 * Starts a process.
	 * @param environment variables beside those of this process
	 */
	static Process start(Map<String, String> environment, Class<?> main, List<String> arguments) throws IOException {
		List<String> command = new ArrayList<>(
				List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-cp",
						System.getProperty("java.class.path"), main.getName()));
		command.addAll(arguments);
		ProcessBuilder builder = new ProcessBuilder(command).redirectOutput(Redirect.DISCARD)
			.redirectError(Redirect.INHERIT);
		builder.environment().putAll(environment);
		return builder.start();
	}

}
