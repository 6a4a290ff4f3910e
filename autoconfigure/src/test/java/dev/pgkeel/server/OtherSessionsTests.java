package dev.pgkeel.server;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

import dev.pgkeel.testsupport.TestDatabase;
import dev.pgkeel.testsupport.TestServer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link OtherSessions}.
 */
@Tag("compatibility")
class OtherSessionsTests {

	private final TestDatabase database = TestServer.shared().newDatabase();

	private final ApplicationInstance instance = new ApplicationInstance("notes", "abc123");

	private final List<Connection> connections = new ArrayList<>();

	@AfterEach
	void close() throws SQLException {
		for (Connection connection : this.connections) {
			connection.close();
		}
	}

	/**
	 * Compares what two of them see, since other tests may have sessions too.
	 */
	@Test
	void sessionsThatTheUserNamesAreOfTheFleet() throws SQLException {
		Connection other = connect("billing");
		Connection own = connect("named-by-the-user");
		connect("named-by-the-user");
		connect("named-by-the-user");
		connect("notes/xyz987");
		Awaitility.await()
			.untilAsserted(() -> assertThat(count(other) - count(own)).as("3 are others to the one, 1 to the other")
				.isEqualTo(2));
	}

	private int count(Connection connection) throws SQLException {
		return OtherSessions.count(connection, this.instance);
	}

	private Connection connect(String name) throws SQLException {
		Connection connection = this.database.connectAs(this.database.username(), name);
		this.connections.add(connection);
		return connection;
	}

}
