package dev.pgkeel.compatibility.jooq;

import dev.pgkeel.compatibility.StackTests;
import org.junit.jupiter.api.Tag;

/**
 * Tests for {@link JooqApplication} on virtual threads.
 */
@Tag("jdk25")
class JooqVirtualThreadTests extends StackTests {

	JooqVirtualThreadTests() {
		super(JooqApplication.class, true);
	}

}
