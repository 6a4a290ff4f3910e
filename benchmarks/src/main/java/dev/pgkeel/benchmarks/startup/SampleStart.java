package dev.pgkeel.benchmarks.startup;

import javax.sql.DataSource;

import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.jdbc.core.JdbcTemplate;

/**
 * Starts the sample, asks its database one thing, says so, and is gone.
 * {@link StartupComparison} starts it.
 */
public final class SampleStart {

	/**
	 * What it says.
	 */
	static final String ANSWERED = "the first query is answered";

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
		System.out.println(ANSWERED);
		Runtime.getRuntime().halt(0);
	}

}
