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
	 * @param options the JVM's
	 * @return how long it took until queries were answered
	 */
	StartTime start(String... options) throws IOException, InterruptedException {
		List<String> command = java();
		command.addAll(List.of(options));
		command.add(SampleStart.class.getName());
		command.addAll(this.arguments);
		long start = System.nanoTime();
		Process process = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
		double millis = 0;
		double cpuMillis = 0;
		List<Double> later = new ArrayList<>();
		try (BufferedReader output = process.inputReader()) {
			for (String line = output.readLine(); line != null; line = output.readLine()) {
				if (line.startsWith(SampleStart.ANSWERED)) {
					millis = (System.nanoTime() - start) / 1e6;
					cpuMillis = Double.parseDouble(line.substring(SampleStart.ANSWERED.length()));
				}
				else if (line.startsWith(SampleStart.ANSWERED_AGAIN)) {
					later.add(Double.parseDouble(line.substring(SampleStart.ANSWERED_AGAIN.length())));
				}
			}
		}
		if (process.waitFor() != 0 || millis == 0) {
			throw new IllegalStateException(this.title + " does not start");
		}
		return new StartTime(millis, cpuMillis, later);
	}

	/**
	 * Returns the command that runs something with the class path.
	 */
	List<String> java() {
		return new ArrayList<>(
				List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-cp", classPathText()));
	}

	String classPathText() {
		return this.classPath.stream().map(Path::toString).collect(Collectors.joining(File.pathSeparator));
	}

	/**
	 * How long a start took.
	 *
	 * @param millis from the start of the process
	 * @param cpuMillis the processor's time for it
	 * @param laterMillis from the start of each later context
	 */
	record StartTime(double millis, double cpuMillis, List<Double> laterMillis) {

	}

}
