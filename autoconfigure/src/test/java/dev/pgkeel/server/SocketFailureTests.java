package dev.pgkeel.server;

import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;

import com.zaxxer.hikari.HikariDataSource;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

/**
 * Tests for {@link SocketFailure}: there is no way to a broadcast address, nor from an
 * address of somebody else's.
 */
class SocketFailureTests {

	private static final String NO_NETWORK = "jdbc:postgresql://255.255.255.255/notes";

	private static final String NO_ADDRESS = "jdbc:postgresql://127.0.0.1:1/notes?localSocketAddress=192.0.2.1";

	@ParameterizedTest
	@ValueSource(strings = { NO_NETWORK, NO_ADDRESS })
	void withoutAWayItCannotBeReached(String url) {
		SQLException ex = catchThrowableOfType(SQLException.class,
				() -> DriverManager.getConnection(url, "notes", "").close());
		assertThat(ConnectFailure.of(ex)).satisfies((failure) -> {
			assertThat(failure.problem()).startsWith("it cannot be reached: ");
			assertThat(failure.isUnreachable()).isTrue();
		});
	}

	@ParameterizedTest
	@ValueSource(strings = { NO_NETWORK, NO_ADDRESS })
	@Timeout(10)
	void withoutAWayNobodyWaits(String url) {
		try (HikariDataSource pool = new HikariDataSource()) {
			pool.setJdbcUrl(url);
			pool.setUsername("notes");
			Preflight preflight = new Preflight(pool, null, Duration.ofHours(1));
			assertThatExceptionOfType(SQLException.class).isThrownBy(preflight::connectWhenUp);
		}
	}

}
