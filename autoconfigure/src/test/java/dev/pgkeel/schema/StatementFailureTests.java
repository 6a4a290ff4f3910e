package dev.pgkeel.schema;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.postgresql.util.ServerErrorMessage;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link StatementFailure}.
 */
class StatementFailureTests {

	/**
	 * The words of a German and of a Russian server.
	 */
	@ParameterizedTest
	@CsvSource({ "WARNING, 01000, true", "WARNUNG, 01000, true", "ПРЕДУПРЕЖДЕНИЕ, 01000, true", "WARNING, 25P01, true",
			"NOTICE, 00000, false", "HINWEIS, 42P07, false", "INFO, 00000, false" })
	void warningIsKnownInAnyLanguage(String severity, String state, boolean warning) {
		ServerErrorMessage message = new ServerErrorMessage("S%s\0C%s\0Mcareful\0".formatted(severity, state));
		assertThat(StatementFailure.isWarning(message)).isEqualTo(warning);
	}

}
