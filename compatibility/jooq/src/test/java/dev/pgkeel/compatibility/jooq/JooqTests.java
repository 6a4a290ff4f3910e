package dev.pgkeel.compatibility.jooq;

import dev.pgkeel.compatibility.StackTests;

/**
 * Tests for {@link JooqApplication}.
 */
class JooqTests extends StackTests {

	JooqTests() {
		super(JooqApplication.class, false);
	}

}
