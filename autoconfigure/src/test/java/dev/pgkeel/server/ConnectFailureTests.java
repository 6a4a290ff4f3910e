package dev.pgkeel.server;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.sql.Statement;

import com.zaxxer.hikari.HikariDataSource;
import dev.pgkeel.testsupport.RefusingServer;
import dev.pgkeel.testsupport.TestDatabase;
import dev.pgkeel.testsupport.TestServer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

/**
 * Tests for {@link ConnectFailure} where it is not the driver that fails to connect.
 */
class ConnectFailureTests {

	@ParameterizedTest
	@CsvSource({
			"08P01, no more connections allowed (max_client_conn), 'the server refuses another connection, since the"
					+ " pooler in between has as many clients as it takes: '",
			"08P01, unsupported startup parameter: options, the pooler in between refuses a parameter: unsupported",
			"28P01, no such password, the server does not accept the password: no such password" })
	void refusalThatThePoolWrapsIsTold(String state, String message, String problem) {
		try (RefusingServer server = RefusingServer.start("SFATAL\0C%s\0M%s\0".formatted(state, message));
				HikariDataSource pool = new HikariDataSource()) {
			pool.setJdbcUrl(server.jdbcUrl());
			pool.setUsername("notes");
			pool.setInitializationFailTimeout(-1);
			pool.setConnectionTimeout(2000);
			SQLException ex = catchThrowableOfType(SQLException.class, () -> pool.getConnection().close());
			assertThat((Throwable) ex).isInstanceOf(SQLTransientConnectionException.class);
			assertThat(ex.getSQLState()).isEqualTo(state);
			assertThat(ConnectFailure.of(ex)).satisfies((failure) -> assertThat(failure.problem()).startsWith(problem));
		}
	}

	/**
	 * As behind a pooler that shares sessions: another one's statement has the name.
	 */
	@Test
	void protocolViolationOfAStatementIsLeftToOthers() throws SQLException {
		TestDatabase database = TestServer.shared().newDatabase();
		try (Connection connection = DriverManager.getConnection(database.directUrl() + "?prepareThreshold=1",
				database.username(), database.password());
				PreparedStatement prepared = connection.prepareStatement("select ?::int");
				Statement other = connection.createStatement()) {
			prepared.setInt(1, 1);
			prepared.execute();
			String name = name(other);
			// Inside a block, so that the driver does not notice
			other.execute("do $$ begin execute 'deallocate \"" + name + "\"'; execute 'prepare \"" + name
					+ "\" as select 1'; end $$");
			SQLException ex = catchThrowableOfType(SQLException.class, prepared::execute);
			assertThat(ex.getSQLState()).isEqualTo("08P01");
			assertThat(ConnectFailure.of(ex)).isNull();
		}
	}

	private static String name(Statement statement) throws SQLException {
		try (var row = statement
			.executeQuery("select name from pg_prepared_statements where statement = 'select $1::int'")) {
			row.next();
			return row.getString(1);
		}
	}

}
