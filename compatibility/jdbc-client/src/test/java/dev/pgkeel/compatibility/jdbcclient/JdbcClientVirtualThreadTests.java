package dev.pgkeel.compatibility.jdbcclient;

import dev.pgkeel.compatibility.StackTests;
import org.junit.jupiter.api.Tag;

/**
 * Tests for {@link JdbcClientApplication} on virtual threads.
 */
@Tag("jdk25")
class JdbcClientVirtualThreadTests extends StackTests {

	JdbcClientVirtualThreadTests() {
		super(JdbcClientApplication.class, true);
	}

}
