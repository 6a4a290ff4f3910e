package dev.pgkeel.compatibility.jpa;

import dev.pgkeel.compatibility.StackTests;

/**
 * Tests for {@link JpaApplication}.
 */
class JpaTests extends StackTests {

	JpaTests() {
		super(JpaApplication.class, false);
	}

}
