package dev.pgkeel.sample;

import org.springframework.boot.SpringApplication;

/**
 * The notes service on a PostgreSQL server in a container: what
 * {@code mvn spring-boot:test-run} starts.
 */
public final class ContainerNotesApplication {

	private ContainerNotesApplication() {
	}

	public static void main(String[] args) {
		SpringApplication.from(NotesApplication::main).with(PostgresContainer.class).run(args);
	}

}
