package dev.pgkeel.benchmarks.lease;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * A service in a JVM of its own. Its command line with the flags of the heap, its log and
 * the log of its collections are kept beside the result.
 *
 * @param directory where they are kept
 * @param name the name of the run
 * @param jvmOptions options of the JVM
 */
record ServiceProcess(Path directory, String name, List<String> jvmOptions) {

	/**
	 * Marks the line with the result.
	 */
	static final String RESULT = "result: ";

	String run(Class<?> service, String... arguments) throws IOException, InterruptedException {
		List<String> command = new ArrayList<>(
				List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
		command.addAll(this.jvmOptions);
		command.add("-Xlog:gc*:file=" + this.directory.resolve(this.name + ".gc.log"));
		command.addAll(List.of("-cp", System.getProperty("java.class.path"), service.getName()));
		command.addAll(List.of(arguments));
		Files.write(this.directory.resolve(this.name + ".command"), command);
		Path output = this.directory.resolve(this.name + ".out");
		new ProcessBuilder(command).redirectOutput(output.toFile())
			.redirectError(this.directory.resolve(this.name + ".log").toFile())
			.start()
			.waitFor();
		try (Stream<String> lines = Files.lines(output)) {
			return lines.filter((line) -> line.startsWith(RESULT))
				.map((line) -> line.substring(RESULT.length()))
				.findFirst()
				.orElse("failed to run: " + this.name);
		}
	}

}
