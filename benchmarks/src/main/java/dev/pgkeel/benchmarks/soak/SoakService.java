package dev.pgkeel.benchmarks.soak;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

import com.sun.management.UnixOperatingSystemMXBean;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;

/**
 * The application that is watched, in a process of its own. {@link FaultSoak} starts it
 * and says on its standard input when it is to measure itself, and when it is to end.
 */
public final class SoakService {

	/**
	 * Marks a line that answers.
	 */
	static final String ANSWER = "answer: ";

	private SoakService() {
	}

	/**
	 * Runs the application.
	 * @param arguments the file for the acknowledged rows, then Spring Boot's
	 * @throws Exception if it cannot run
	 */
	public static void main(String[] arguments) throws Exception {
		try (ConfigurableApplicationContext context = new SpringApplicationBuilder(Application.class)
			.web(WebApplicationType.NONE)
			.run(arguments);
				Acknowledged acknowledged = new Acknowledged(
						Path.of(context.getEnvironment().getRequiredProperty("soak.acknowledged")))) {
			SoakWork work = new SoakWork(context, acknowledged);
			work.start();
			BufferedReader orders = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
			while ("measure".equals(orders.readLine())) {
				System.out.println(ANSWER + measure());
			}
			System.out.println(ANSWER + work.end());
		}
	}

	/**
	 * Collects, and measures what is left.
	 */
	private static String measure() {
		System.gc();
		long heap = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
		long threads = ManagementFactory.getThreadMXBean().getThreadCount();
		long descriptors = (ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean system)
				? system.getOpenFileDescriptorCount() : 0;
		return heap / 1_000 + " " + threads + " " + descriptors;
	}

	/**
	 * An application with nothing of its own.
	 */
	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

	}

}
