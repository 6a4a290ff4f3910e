package dev.pgkeel.compatibility.datajdbc;

import dev.pgkeel.compatibility.StackTests;
import org.junit.jupiter.api.Tag;

/**
 * Tests for {@link DataJdbcApplication} on virtual threads.
 */
@Tag("jdk25")
class DataJdbcVirtualThreadTests extends StackTests {

	DataJdbcVirtualThreadTests() {
		super(DataJdbcApplication.class, true);
	}

}
