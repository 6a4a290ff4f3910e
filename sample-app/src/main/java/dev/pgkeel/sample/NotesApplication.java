package dev.pgkeel.sample;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;

/**
 * The notes service.
 */
@SpringBootApplication
public class NotesApplication {

	/**
	 * Starts the service.
	 * @param args the properties of this start
	 */
	public static void main(String[] args) {
		SpringApplication.run(NotesApplication.class, args);
	}

}
