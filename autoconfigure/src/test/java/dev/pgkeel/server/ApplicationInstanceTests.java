package dev.pgkeel.server;

import java.nio.charset.StandardCharsets;
import java.util.Random;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link ApplicationInstance}.
 */
class ApplicationInstanceTests {

	private final Random random = new Random(1);

	@ParameterizedTest
	@CsvSource({ "notes, notes", "' notes ', notes", "Café Zürich, Cafe Zurich", "日本, __", "'', application",
			", application" })
	void nameIsAscii(String name, String expected) {
		assertThat(ApplicationInstance.of(name, this.random).application()).isEqualTo(expected);
	}

	@ParameterizedTest
	@CsvSource({ "' notes ', notes", "日本, 日本", "'', application", ", application" })
	void nameAsItWasGivenIsKept(String name, String expected) {
		ApplicationInstance instance = ApplicationInstance.of(name, this.random);
		assertThat(instance.name()).isEqualTo(expected);
		assertThat(instance.named("monitor").name()).isEqualTo(expected);
	}

	@Test
	void longNameKeepsItsIdentifier() {
		ApplicationInstance instance = ApplicationInstance.of("n".repeat(100), this.random);
		assertThat(instance.applicationName().getBytes(StandardCharsets.UTF_8)).hasSize(63);
		assertThat(instance.applicationName()).endsWith("n/" + instance.id());
	}

	@Test
	void instancesOfOneApplicationDiffer() {
		String one = ApplicationInstance.of("notes", this.random).applicationName();
		String other = ApplicationInstance.of("notes", this.random).applicationName();
		assertThat(one).matches("notes/[0-9a-z]{6}").isNotEqualTo(other);
	}

}
