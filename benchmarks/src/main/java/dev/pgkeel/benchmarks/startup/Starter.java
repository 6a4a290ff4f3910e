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
	 * @return how long it took until the first query was answered
	 */
	StartTime start() throws IOException, InterruptedException {
		List<String> command = new ArrayList<>(
				List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-cp",
						this.classPath.stream().map(Path::toString).collect(Collectors.joining(File.pathSeparator)),
						SampleStart.class.getName()));
		command.addAll(this.arguments);
		long start = System.nanoTime();
		Process process = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
		StartTime time = null;
		try (BufferedReader output = process.inputReader()) {
			for (String line = output.readLine(); line != null; line = output.readLine()) {
				if (line.startsWith(SampleStart.ANSWERED)) {
					time = new StartTime((System.nanoTime() - start) / 1e6,
							Double.parseDouble(line.substring(SampleStart.ANSWERED.length())));
				}
			}
		}
		if (process.waitFor() != 0 || time == null) {
			throw new IllegalStateException(this.title + " does not start");
		}
		return time;
	}

	/**
	 * How long a start took.
	 *
	 * @param millis from the start of the process
	 * @param cpuMillis the processor's time for it
	 */
	record StartTime(double millis, double cpuMillis) {

	}

}
