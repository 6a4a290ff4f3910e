package dev.pgkeel.server;

import java.sql.Connection;
import java.sql.SQLException;

import com.zaxxer.hikari.HikariDataSource;
import dev.pgkeel.testsupport.TestDatabase;
import dev.pgkeel.testsupport.TestServer;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link BorrowedConnection}.
 */
class BorrowedConnectionTests {

	private final TestDatabase database = TestServer.shared().newDatabase();

	@Test
	void answerIsWaitedForThreeSecondsAndTheBorrowersOwnLimitComesBack() throws SQLException {
		try (HikariDataSource pool = new HikariDataSource()) {
			pool.setJdbcUrl(this.database.jdbcUrl());
			pool.setUsername(this.database.username());
			pool.setPassword(this.database.password());
			pool.setMaximumPoolSize(1);
			int own;
			try (Connection connection = pool.getConnection()) {
				own = connection.getNetworkTimeout();
			}
			BorrowedConnection monitors = new BorrowedConnection(() -> pool, () -> {
				throw new SQLException("not from the pool");
			});
			assertThat(monitors.<Integer>use(Connection::getNetworkTimeout)).isEqualTo(3000);
			try (Connection connection = pool.getConnection()) {
				assertThat(connection.getNetworkTimeout()).isEqualTo(own).isNotEqualTo(3000);
			}
		}
	}

}
