package dev.pgkeel.benchmarks.startup;

import java.lang.management.ManagementFactory;
import java.util.concurrent.TimeUnit;

import javax.sql.DataSource;

import com.sun.management.OperatingSystemMXBean;

import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.jdbc.core.JdbcTemplate;

/**
 * Starts the sample, asks its database one thing, says so, and is gone; or does so again
 * and again in the same JVM, as tests do. {@link StartupComparison} starts it.
 */
public final class SampleStart {

	/**
	 * The application.
	 */
	static final String APPLICATION = "dev.pgkeel.sample.NotesApplication";

	/**
	 * What it says, with the processor's time in ms.
	 */
	static final String ANSWERED = "the first query is answered after ";

	/**
	 * The system property that says how many more times it is to be started.
	 */
	static final String MORE = "more";

	/**
	 * What it says of each of these, with the time in ms.
	 */
	static final String ANSWERED_AGAIN = "the first query of a later context is answered after ";

	private SampleStart() {
	}

	/**
	 * Starts the sample.
	 * @param arguments the sample's
	 * @throws ClassNotFoundException if it is not on the class path
	 */
	public static void main(String[] arguments) throws ClassNotFoundException {
		Class<?> application = Class.forName(APPLICATION);
		ConfigurableApplicationContext context = answer(application, arguments);
		System.out.println(ANSWERED + cpuMillis());
		for (int more = Integer.getInteger(MORE, 0); more > 0; more--) {
			context.close();
			long start = System.nanoTime();
			context = answer(application, arguments);
			System.out.println(ANSWERED_AGAIN + (System.nanoTime() - start) / 1e6);
		}
		// An exit writes the JVM's cache, a halt does not
		System.exit(0);
	}

	private static ConfigurableApplicationContext answer(Class<?> application, String[] arguments) {
		SpringApplication sample = new SpringApplication(application);
		// What was decided ahead of time is found by the name of the main class
		sample.setMainApplicationClass(application);
		ConfigurableApplicationContext context = sample.run(arguments);
		new JdbcTemplate(context.getBean(DataSource.class)).queryForObject("select count(*) from notes", Long.class);
		return context;
	}

	/**
	 * All threads count: the compiler's and the collector's too.
	 */
	private static long cpuMillis() {
		return (ManagementFactory.getOperatingSystemMXBean() instanceof OperatingSystemMXBean system)
				? TimeUnit.NANOSECONDS.toMillis(system.getProcessCpuTime()) : 0;
	}

}
