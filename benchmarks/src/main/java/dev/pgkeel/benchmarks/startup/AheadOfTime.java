package dev.pgkeel.benchmarks.startup;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.spi.ToolProvider;
import java.util.stream.Stream;

import org.springframework.boot.SpringApplicationAotProcessor;

/**
 * Processes a contender ahead of time, as the goal {@code process-aot} of Spring Boot's
 * plugin does, and packs it into jars: the JVM's cache takes no classes of directories.
 */
final class AheadOfTime {

	private final Path directory;

	private int processed;

	AheadOfTime(Path directory) {
		this.directory = directory;
	}

	/**
	 * Returns the same contender, processed.
	 * @param starter the contender
	 */
	Starter process(Starter starter) throws IOException, InterruptedException {
		Path work = Files.createDirectory(this.directory.resolve("ahead-" + this.processed++));
		List<Path> classPath = new ArrayList<>();
		for (Path entry : starter.classPath()) {
			classPath.add(Files.isDirectory(entry) ? jar(work.resolve(classPath.size() + ".jar"), entry) : entry);
		}
		Starter packed = new Starter(starter.title(), classPath, starter.arguments());
		Path classes = work.resolve("classes");
		List<String> arguments = new ArrayList<>(List.of(SampleStart.APPLICATION, work.resolve("sources").toString(),
				classes.toString(), classes.toString(), "dev.pgkeel", "sample"));
		arguments.addAll(starter.arguments());
		run(packed, arguments, work.resolve("log"));
		compile(work.resolve("sources"), classes, packed.classPathText());
		classPath.add(0, jar(work.resolve("ahead.jar"), classes));
		return packed;
	}

	private static void run(Starter packed, List<String> arguments, Path log) throws IOException, InterruptedException {
		List<String> command = packed.java();
		command.add(SpringApplicationAotProcessor.class.getName());
		command.addAll(arguments);
		Process process = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start();
		if (process.waitFor() != 0) {
			throw new IllegalStateException(Files.readString(log));
		}
	}

	private static Path jar(Path jar, Path classes) {
		tool("jar", List.of("--create", "--file=" + jar, "-C", classes.toString(), "."));
		return jar;
	}

	private static void compile(Path sources, Path classes, String classPath) throws IOException {
		List<String> arguments = new ArrayList<>(
				List.of("-nowarn", "-proc:none", "-cp", classPath, "-d", classes.toString()));
		try (Stream<Path> files = Files.walk(sources)) {
			files.map(Path::toString).filter((file) -> file.endsWith(".java")).forEach(arguments::add);
		}
		tool("javac", arguments);
	}

	private static void tool(String name, List<String> arguments) {
		if (ToolProvider.findFirst(name)
			.orElseThrow()
			.run(System.err, System.err, arguments.toArray(String[]::new)) != 0) {
			throw new IllegalStateException(name + " failed");
		}
	}

}
