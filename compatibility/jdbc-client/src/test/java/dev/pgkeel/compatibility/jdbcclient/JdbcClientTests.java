package dev.pgkeel.compatibility.jdbcclient;

import dev.pgkeel.compatibility.StackTests;

/**
 * Tests for {@link JdbcClientApplication}.
 */
class JdbcClientTests extends StackTests {

	JdbcClientTests() {
		super(JdbcClientApplication.class, false);
	}

}
