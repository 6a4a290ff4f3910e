package dev.pgkeel.benchmarks.faults;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

/**
 * The application that meets the faults: what Spring Boot configures, and the services.
 */
@Configuration(proxyBeanMethods = false)
@EnableAutoConfiguration
@Import({ Ledger.class, Payments.class })
public class FaultApplication {

	/**
	 * Runs the application as a process that can be killed.
	 * @param arguments its properties
	 */
	public static void main(String[] arguments) {
		SpringApplication.run(FaultApplication.class, arguments);
	}

}
