package dev.pgkeel.server;

import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Properties;

import com.zaxxer.hikari.util.Credentials;
import dev.pgkeel.testsupport.TestDatabase;
import dev.pgkeel.testsupport.TestServer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for {@link BoundedDriver}.
 */
class BoundedDriverTests {

	private final BoundedDriver driver = new BoundedDriver(Duration.ofSeconds(1));

	/**
	 * The thread that the driver leaves behind keeps the socket open. Without TLS, since
	 * the driver waits for that for no longer than 5 s.
	 */
	@Test
	void serverThatSaysNothingIsLeftByTheDriversThreadToo() throws Exception {
		try (ServerSocket silent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
			String url = "jdbc:postgresql://localhost:" + silent.getLocalPort() + "/db?sslmode=disable";
			assertThatExceptionOfType(SQLException.class)
				.isThrownBy(() -> this.driver.connect(url, null, new Properties(), Credentials.of("a", "b")));
			try (Socket accepted = silent.accept(); InputStream input = accepted.getInputStream()) {
				accepted.setSoTimeout(60_000);
				// What it said, and then the end
				assertThat(input.readAllBytes()).isNotEmpty();
			}
		}
	}

	@ParameterizedTest
	@CsvSource({ "'',, 0", "?socketTimeout=7,, 7000", "'', 9, 9000", "?loginTimeout=0.5,, 0", "?loginTimeout=0,, 0",
			"?loginTimeout=1e9,, 0" })
	void statementsMayTakeAsLongAsTheApplicationSays(String parameters, String property, int millis) throws Exception {
		TestDatabase database = TestServer.shared().newDatabase();
		Properties properties = new Properties();
		if (property != null) {
			properties.setProperty("socketTimeout", property);
		}
		String separator = database.jdbcUrl().contains("?") ? "&" : "?";
		try (Connection connection = this.driver.connect(database.jdbcUrl() + parameters.replace("?", separator), null,
				properties, Credentials.of(database.username(), database.password()))) {
			assertThat(connection.getNetworkTimeout()).isEqualTo(millis);
		}
	}

}
