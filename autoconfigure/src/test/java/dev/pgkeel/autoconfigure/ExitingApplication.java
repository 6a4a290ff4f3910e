package dev.pgkeel.autoconfigure;

import org.springframework.boot.CommandLineRunner;
import org.springframework.boot.ExitCodeGenerator;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceTransactionManagerAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.JdbcTemplateAutoConfiguration;
import org.springframework.boot.transaction.autoconfigure.TransactionAutoConfiguration;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * A batch job that ends its JVM from inside a transaction.
 */
@Configuration(proxyBeanMethods = false)
@ImportAutoConfiguration({ DataSourceAutoConfiguration.class, JdbcTemplateAutoConfiguration.class,
		DataSourceTransactionManagerAutoConfiguration.class, TransactionAutoConfiguration.class,
		PgkeelAutoConfiguration.class, PgkeelPoolAutoConfiguration.class, PgkeelLeaseAutoConfiguration.class,
		PgkeelTransactionAutoConfiguration.class })
public class ExitingApplication {

	static final int CODE = 7;

	public static void main(String[] arguments) {
		SpringApplication.run(ExitingApplication.class, arguments);
	}

	@Bean
	CommandLineRunner job(TransactionTemplate template, JdbcTemplate jdbc, ApplicationContext context,
			Environment environment) {
		return (arguments) -> template.executeWithoutResult((status) -> {
			jdbc.update("insert into notes values ('a')");
			ExitCodeGenerator code = () -> CODE;
			System.exit(environment.getProperty("close", boolean.class, false) ? SpringApplication.exit(context, code)
					: CODE);
		});
	}

}
