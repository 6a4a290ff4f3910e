package dev.pgkeel.benchmarks.startup;

import java.lang.management.ManagementFactory;
import java.util.concurrent.TimeUnit;

import javax.sql.DataSource;

import com.sun.management.OperatingSystemMXBean;

import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.jdbc.core.JdbcTemplate;

/**
 * Starts the sample, asks its database one thing, says so, and is gone.
 * {@link StartupComparison} starts it.
 */
public final class SampleStart {

	/**
	 * What it says, with the processor's time in ms.
	 */
	static final String ANSWERED = "the first query is answered after ";

	private SampleStart() {
	}

	/**
	 * Starts the sample.
	 * @param arguments the sample's
	 * @throws ClassNotFoundException if it is not on the class path
	 */
	public static void main(String[] arguments) throws ClassNotFoundException {
		ConfigurableApplicationContext context = SpringApplication
			.run(Class.forName("dev.pgkeel.sample.NotesApplication"), arguments);
		new JdbcTemplate(context.getBean(DataSource.class)).queryForObject("select count(*) from notes", Long.class);
		System.out.println(ANSWERED + cpuMillis());
		Runtime.getRuntime().halt(0);
	}

	/**
	 * All threads count: the compiler's and the collector's too.
	 */
	private static long cpuMillis() {
		return (ManagementFactory.getOperatingSystemMXBean() instanceof OperatingSystemMXBean system)
				? TimeUnit.NANOSECONDS.toMillis(system.getProcessCpuTime()) : 0;
	}

}
