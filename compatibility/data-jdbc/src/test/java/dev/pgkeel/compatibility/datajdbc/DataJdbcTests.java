package dev.pgkeel.compatibility.datajdbc;

import dev.pgkeel.compatibility.StackTests;

/**
 * Tests for {@link DataJdbcApplication}.
 */
class DataJdbcTests extends StackTests {

	DataJdbcTests() {
		super(DataJdbcApplication.class, false);
	}

}
