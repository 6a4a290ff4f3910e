package dev.pgkeel.benchmarks.startup;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * One way to start the sample, each time in a process of its own.
 *
 * @param title what the table calls it
 * @param classPath the class path
 * @param arguments the application's arguments
 */
record Starter(String title, List<Path> classPath, List<String> arguments) {

	/**
	 * Starts the sample once.
	 * @return the milliseconds from the start of the process until the first query is
	 * answered
	 */
	double start() throws IOException, InterruptedException {
		List<String> command = new ArrayList<>(
				List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-cp",
						this.classPath.stream().map(Path::toString).collect(Collectors.joining(File.pathSeparator)),
						SampleStart.class.getName()));
		command.addAll(this.arguments);
		long start = System.nanoTime();
		Process process = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
		long answered = 0;
		try (BufferedReader output = process.inputReader()) {
			for (String line = output.readLine(); line != null; line = output.readLine()) {
				if (line.equals(SampleStart.ANSWERED)) {
					answered = System.nanoTime();
				}
			}
		}
		if (process.waitFor() != 0 || answered == 0) {
			throw new IllegalStateException(this.title + " does not start");
		}
		return (answered - start) / 1e6;
	}

}
