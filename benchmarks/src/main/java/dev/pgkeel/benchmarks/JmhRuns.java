package dev.pgkeel.benchmarks;

import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Collection;

import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;

/**
 * Runs of JMH whose own words go to standard error.
 */
public final class JmhRuns {

	private JmhRuns() {
	}

	/**
	 * Returns options for one benchmark.
	 * @param benchmark its class
	 * @param jdk the home of the JDK that it runs on
	 * @return the options
	 */
	public static ChainedOptionsBuilder options(Class<?> benchmark, Path jdk) {
		return new OptionsBuilder().include("\\b" + benchmark.getSimpleName() + "\\.")
			.jvm(jdk.resolve("bin").resolve("java").toString());
	}

	/**
	 * Runs a benchmark.
	 * @param options what to run
	 * @return the results
	 * @throws RunnerException if it cannot run
	 */
	public static Collection<RunResult> run(ChainedOptionsBuilder options) throws RunnerException {
		PrintStream tables = System.out;
		System.setOut(System.err);
		try {
			return new Runner(options.build()).run();
		}
		finally {
			System.setOut(tables);
		}
	}

	/**
	 * Returns the JDK that a result is of.
	 * @param result the result
	 * @return such as {@code JDK 17}
	 */
	public static String jdk(RunResult result) {
		return "JDK " + result.getParams().getJdkVersion().replaceFirst("\\D.*", "");
	}

	/**
	 * Returns the home of the JDK that runs this.
	 * @return the home
	 */
	public static Path thisJdk() {
		return Path.of(System.getProperty("java.home"));
	}

}
