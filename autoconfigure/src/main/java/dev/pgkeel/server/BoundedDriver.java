package dev.pgkeel.server;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Properties;

import com.zaxxer.hikari.util.Credentials;
import com.zaxxer.hikari.util.DriverDataSource;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGProperty;

/**
 * Opens connections with the driver, and waits without end for no server that accepts and
 * says nothing. The driver by itself does, and with a {@code loginTimeout} it still does
 * (42.7): the caller goes on, and leaves behind a thread of the driver's that reads. So
 * the socket has a limit too, until there is a connection.
 */
final class BoundedDriver {

	/**
	 * Seconds after {@code loginTimeout}, which tells the caller more.
	 */
	private static final int AFTER_LOGIN = 5;

	private static final int LONGEST = 86_400;

	private final Duration timeout;

	/**
	 * Creates a driver.
	 * @param timeout how long a connection may take, unless its properties say so
	 */
	BoundedDriver(Duration timeout) {
		this.timeout = timeout;
	}

	/**
	 * Returns how long a connection may take.
	 * @return the time in seconds
	 */
	int loginTimeout() {
		return (int) Math.max(1, this.timeout.toSeconds());
	}

	/**
	 * Opens a connection.
	 * @param url the URL
	 * @param driverClassName the driver's class, {@code null} to find it by the URL
	 * @param properties the driver's properties, to which the limits are added
	 * @param credentials whom to connect as
	 * @return the connection, whose statements may take as long as without a limit
	 * @throws SQLException if the server refuses or cannot be reached in time
	 */
	Connection connect(String url, @Nullable String driverClassName, Properties properties, Credentials credentials)
			throws SQLException {
		Properties said = new Properties();
		said.putAll(properties);
		said.putAll(DatabaseTarget.urlParameters(url));
		properties.putIfAbsent(PGProperty.LOGIN_TIMEOUT.getName(), String.valueOf(loginTimeout()));
		boolean endless = !PGProperty.SOCKET_TIMEOUT.isPresent(said);
		if (endless) {
			PGProperty.SOCKET_TIMEOUT.set(properties, silence(PGProperty.LOGIN_TIMEOUT.getOrNull(said)));
		}
		String username = credentials.getUsername();
		String password = credentials.getPassword();
		DriverDataSource source = new DriverDataSource(url, driverClassName, properties, username, password);
		// As HikariCP 7.0.2 does: given by name, they win over those among the properties
		Connection connection = (username != null) ? source.getConnection(username, password) : source.getConnection();
		if (endless) {
			unlimited(connection);
		}
		return connection;
	}

	/**
	 * The driver takes a fraction of a second too, and says so of what is no number.
	 */
	private int silence(@Nullable String loginTimeout) {
		try {
			double seconds = (loginTimeout != null) ? Double.parseDouble(loginTimeout) : 0;
			// None, if it is zero
			return AFTER_LOGIN + ((seconds > 0) ? (int) Math.ceil(Math.min(LONGEST, seconds)) : loginTimeout());
		}
		catch (NumberFormatException ex) {
			return AFTER_LOGIN + loginTimeout();
		}
	}

	private static void unlimited(Connection connection) throws SQLException {
		try {
			connection.setNetworkTimeout(Runnable::run, 0);
		}
		catch (SQLException | RuntimeException ex) {
			connection.close();
			throw ex;
		}
	}

}
