package dev.pgkeel.schema;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link NaturalOrder}.
 */
class NaturalOrderTests {

	@ParameterizedTest
	@ValueSource(
			strings = { "1_a.sql 2_b.sql 10_c.sql", "a.sql a1.sql a2.sql a10.sql b.sql", "01_a.sql 1_b.sql 002.sql",
					"v1.2.sql v1.10.sql v2.1.sql", "1.sql 99999999999999999999.sql 100000000000000000000.sql",
					"2026-01-02.sql 2026-01-10.sql", "01.sql 1.sql", "a ab", "1 1a 2", "001a 1ab", "9a 10" })
	void numbersCountAsNumbers(String sorted) {
		List<String> names = Arrays.asList(sorted.split(" "));
		List<String> shuffled = new ArrayList<>(names);
		Collections.reverse(shuffled);
		assertThat(shuffled.stream().sorted(new NaturalOrder())).containsExactlyElementsOf(names);
	}

}
