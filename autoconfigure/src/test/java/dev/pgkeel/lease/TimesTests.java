package dev.pgkeel.lease;

import java.time.Duration;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link Times}.
 */
class TimesTests {

	@ParameterizedTest
	@CsvSource({ "0, 0.0 s", "700, 0.7 s", "9940, 9.9 s", "10000, 10 s", "42400, 42 s", "119400, 119 s",
			"120000, 2 min", "239000, 3 min" })
	void timesAreReadable(long millis, String text) {
		assertThat(Times.text(Duration.ofMillis(millis))).isEqualTo(text);
	}

}
