package dev.pgkeel.schema;

import java.sql.BatchUpdateException;
import java.sql.SQLException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.postgresql.util.PSQLException;
import org.postgresql.util.PSQLState;
import org.postgresql.util.ServerErrorMessage;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link RunFailure}.
 */
class RunFailureTests {

	/**
	 * The words of an English, of a German and of a Russian server, and of a pooler.
	 */
	@ParameterizedTest
	@CsvSource({ "ERROR, 42P01, true", "ERROR, 08001, true", "ERROR, 57P01, true", "FATAL, 57P01, false",
			"FATAL, 25P03, false", "FATAL, 25P04, false", "FATAL, 40001, false", "PANIC, XX000, false",
			"FEHLER, 42P01, true", "FEHLER, 08001, true", "ВАЖНО, 57P01, false", "ВАЖНО, 25P03, false",
			"ВАЖНО, 25P04, false", "ERROR, 08P01, false" })
	void endOfTheSessionIsNoFailureOfAStatement(String severity, String state, boolean ofAStatement) {
		assertThat(RunFailure.isOfAStatement(failure(severity, state))).isEqualTo(ofAStatement);
	}

	@Test
	void protocolViolationThatTheServerFindsInAStatementIsOne() {
		assertThat(RunFailure.isOfAStatement(failure("ERROR", "08P01", "Rexec_bind_message\0"))).isTrue();
	}

	/**
	 * Whoever creates a text search configuration twice meets its index.
	 */
	@Test
	void entryOfTheCatalogThatIsThereIsNoFailureOfTheMoment() {
		assertThat(RunFailure.isTransient(failure("ERROR", "23505", "spg_catalog\0tpg_authid\0"))).isTrue();
		assertThat(RunFailure.isTransient(failure("ERROR", "23505", "spg_catalog\0tpg_ts_config\0"))).isFalse();
	}

	@Test
	void driverThatLosesTheServerIsNoFailureOfAStatement() {
		assertThat(RunFailure.isOfAStatement(new PSQLException("An I/O error occurred", PSQLState.CONNECTION_FAILURE)))
			.isFalse();
	}

	@Test
	void batchHidesTheServersError() {
		SQLException failure = failure("FATAL", "25P04");
		BatchUpdateException batch = new BatchUpdateException("Batch entry 1 was aborted", "25P04", 0, new int[0],
				failure);
		batch.setNextException(failure);
		assertThat((Throwable) RunFailure.rootOf(batch)).isSameAs(failure);
	}

	private static SQLException failure(String severity, String state) {
		return failure(severity, state, "");
	}

	private static SQLException failure(String severity, String state, String more) {
		return new PSQLException(new ServerErrorMessage("S%s\0C%s\0Mfailed\0".formatted(severity, state) + more));
	}

}
