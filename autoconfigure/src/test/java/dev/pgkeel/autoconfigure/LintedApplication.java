package dev.pgkeel.autoconfigure;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.context.annotation.Configuration;

/**
 * An application that applies its schema scripts and ends, in a process of its own.
 */
@Configuration(proxyBeanMethods = false)
@ImportAutoConfiguration({ DataSourceAutoConfiguration.class, PgkeelAutoConfiguration.class,
		PgkeelPoolAutoConfiguration.class, PgkeelSchemaAutoConfiguration.class })
public class LintedApplication {

	/**
	 * Starts it.
	 * @param args its properties
	 */
	public static void main(String[] args) {
		SpringApplication application = new SpringApplication(LintedApplication.class);
		application.setWebApplicationType(WebApplicationType.NONE);
		application.run(args).close();
	}

}
