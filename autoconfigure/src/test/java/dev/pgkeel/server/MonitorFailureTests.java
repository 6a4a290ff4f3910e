package dev.pgkeel.server;

import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;

import dev.pgkeel.testsupport.RefusingServer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

/**
 * Tests for {@link MonitorFailure}, with the words of an English and of a Russian server.
 */
class MonitorFailureTests {

	@ParameterizedTest
	@CsvSource({ "FATAL, 42501, login refused", "ВАЖНО, 42501, login refused", "ВАЖНО, 42704, login refused",
			"ВАЖНО, 0A000, login refused", "ВАЖНО, 3D000, no such database", "ВАЖНО, 57P01, server down",
			"ВАЖНО, 53300, server full: it has too many connections" })
	void refusedLoginIsNoRefusedQuestion(String severity, String state, String cause) {
		try (RefusingServer server = RefusingServer.start("S%s\0C%s\0Mno\0".formatted(severity, state))) {
			for (String parameters : new String[] { "", "&loginTimeout=10" }) {
				SQLException ex = catchThrowableOfType(SQLException.class,
						() -> DriverManager.getConnection(server.jdbcUrl() + parameters, "notes", "").close());
				assertThat(MonitorFailure.of(ex)).hasToString(cause);
			}
		}
	}

	@ParameterizedTest
	@CsvSource({ "08P01, no more connections allowed (max_client_conn)",
			"08P01, client connections exceeded (max_user_client_connections)", "XX000, Max client connections reached",
			"XX000, MaxClientsInSessionMode: max clients reached - in Session mode max clients are limited to pool_size" })
	void fullPoolerIsFull(String state, String message) {
		try (RefusingServer server = RefusingServer.start("SFATAL\0C%s\0M%s\0".formatted(state, message))) {
			SQLException ex = catchThrowableOfType(SQLException.class,
					() -> DriverManager.getConnection(server.jdbcUrl(), "notes", "").close());
			assertThat(MonitorFailure.of(ex))
				.hasToString("server full: the pooler in between has as many clients as it takes");
		}
	}

	@ParameterizedTest
	@CsvSource({ "08P01, unsupported startup parameter: options", "XX000, Tenant or user not found" })
	void otherWordsOfAPoolerAreNoLimit(String state, String message) {
		ServerErrorMessage error = new ServerErrorMessage("SFATAL\0C%s\0M%s\0".formatted(state, message));
		assertThat(RefusalReason.of(new PSQLException(error))).isNull();
	}

	@Test
	void limitThatThePoolWrapsIsKnown() {
		ServerErrorMessage error = new ServerErrorMessage("SFATAL\0C53300\0Mno\0RInitProcess\0");
		SQLException ofThePool = new SQLTransientConnectionException("none in time", "53300", new PSQLException(error));
		assertThat(RefusalReason.of(ofThePool)).isEqualTo(RefusalReason.ALL_SLOTS_TAKEN);
	}

	@ParameterizedTest
	@CsvSource({ "ERROR, 42501", "ОШИБКА, 42P01", "ОШИБКА, 0A000" })
	void refusedQuestionIsKnownInAnyLanguage(String severity, String state) {
		ServerErrorMessage error = new ServerErrorMessage("S%s\0C%s\0Mno\0".formatted(severity, state));
		assertThat(MonitorFailure.of(new PSQLException(error))).hasToString("question refused");
	}

}
