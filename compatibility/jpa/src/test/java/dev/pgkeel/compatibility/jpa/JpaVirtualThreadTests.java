package dev.pgkeel.compatibility.jpa;

import dev.pgkeel.compatibility.StackTests;
import org.junit.jupiter.api.Tag;

/**
 * Tests for {@link JpaApplication} on virtual threads.
 */
@Tag("jdk25")
class JpaVirtualThreadTests extends StackTests {

	JpaVirtualThreadTests() {
		super(JpaApplication.class, true);
	}

}
