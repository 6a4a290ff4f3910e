package dev.pgkeel.benchmarks.faults;

import javax.sql.DataSource;

import com.zaxxer.hikari.HikariDataSource;

import org.springframework.context.ApplicationContext;

/**
 * Who is compared: the same application, with pgkeel and without.
 */
enum Side {

	/**
	 * Spring Boot with pgkeel, as it is after the starter has been added.
	 */
	PGKEEL("pgkeel", "pgkeel.enabled=true"),

	/**
	 * Spring Boot and HikariCP alone.
	 */
	PLAIN("plain", "pgkeel.enabled=false");

	private final String title;

	private final String property;

	Side(String title, String property) {
		this.title = title;
		this.property = property;
	}

	String title() {
		return this.title;
	}

	String property() {
		return this.property;
	}

	/**
	 * A comparison of pgkeel with itself would look fine.
	 */
	void check(ApplicationContext context) {
		boolean plain = context.getBean(DataSource.class).getClass() == HikariDataSource.class;
		if (plain != (this == PLAIN)) {
			throw new IllegalStateException(
					"The pool of " + this.title + " is a " + context.getBean(DataSource.class).getClass());
		}
	}

}
