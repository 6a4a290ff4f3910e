package dev.pgkeel.lease;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

import com.zaxxer.hikari.HikariDataSource;
import dev.pgkeel.server.Preflight;
import dev.pgkeel.testsupport.TestDatabase;
import dev.pgkeel.testsupport.TestServer;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link LeaseSessions}.
 */
class LeaseSessionsTests {

	@Test
	void serverThatCannotBeAskedIsNotAskedAgainAtOnce() {
		AtomicInteger questions = new AtomicInteger();
		LeaseSessions sessions = new LeaseSessions((pids) -> {
			questions.incrementAndGet();
			throw new SQLException("on purpose");
		});
		assertThat(sessions.ask(List.of())).isEmpty();
		assertThat(sessions.ask(List.of())).isEmpty();
		assertThat(questions).hasValue(1);
	}

	@Test
	void borrowedConnectionIsNotWaitedForLongerThanThreeSecondsAndGetsItsOwnLimitBack() throws SQLException {
		TestDatabase database = TestServer.shared().newDatabase();
		try (HikariDataSource real = new HikariDataSource()) {
			real.setJdbcUrl(database.jdbcUrl());
			real.setUsername(database.username());
			real.setPassword(database.password());
			real.setMaximumPoolSize(1);
			StubPool pool = new StubPool() {

				@Override
				public Connection borrow(Duration patience) throws SQLException {
					return real.getConnection();
				}

			};
			int own;
			try (Connection connection = real.getConnection()) {
				own = connection.getNetworkTimeout();
			}
			try (Connection connection = PoolLeases.connect(pool, new Preflight(real))) {
				assertThat(connection.getNetworkTimeout()).isEqualTo(3000);
			}
			try (Connection connection = real.getConnection()) {
				assertThat(connection.getNetworkTimeout()).isEqualTo(own).isNotEqualTo(3000);
			}
		}
	}

}
