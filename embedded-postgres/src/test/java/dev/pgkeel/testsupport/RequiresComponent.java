package dev.pgkeel.testsupport;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Marks a test that needs a program of the operating system. Where the program is absent,
 * the test is skipped, or fails if the environment variable
 * {@code TEST_REQUIRE_COMPONENTS} is {@code true}.
 */
@Target({ ElementType.TYPE, ElementType.METHOD })
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(RequiresComponentCondition.class)
public @interface RequiresComponent {

	/**
	 * Returns the names of the programs.
	 * @return the names, as they are found on the search path
	 */
	String[] value();

}
