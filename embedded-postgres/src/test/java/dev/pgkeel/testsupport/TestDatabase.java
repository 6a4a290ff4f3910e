package dev.pgkeel.testsupport;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Properties;

/**
 * A database of the shared server.
 *
 * @param name its name
 * @param jdbcUrl the application's way to it, through a pooler if the tests are run so
 * @param directUrl the way to the server itself
 * @param username the superuser
 * @param password a password, which the server does not ask for
 */
public record TestDatabase(String name, String jdbcUrl, String directUrl, String username, String password) {

	/**
	 * Opens a connection to the server itself that no pool knows about.
	 * @return the connection
	 * @throws SQLException if the server refuses
	 */
	public Connection connect() throws SQLException {
		return connectAs(this.username, "PostgreSQL JDBC Driver");
	}

	/**
	 * Opens a connection to the server itself as somebody. It has a limit of its own: the
	 * one of the {@link DriverManager} is that of the last pool that was started in this
	 * JVM, and may be one second.
	 * @param user the role
	 * @param applicationName what the server shows as the session's application
	 * @return the connection
	 * @throws SQLException if the server refuses
	 */
	public Connection connectAs(String user, String applicationName) throws SQLException {
		Properties properties = new Properties();
		properties.setProperty("user", user);
		properties.setProperty("password", this.password);
		properties.setProperty("ApplicationName", applicationName);
		properties.setProperty("loginTimeout", "60");
		return DriverManager.getConnection(this.directUrl, properties);
	}

	/**
	 * Returns what an application needs to use this database.
	 * @return the properties, as {@code name=value}
	 */
	public String[] properties() {
		return new String[] { "spring.datasource.url=" + this.jdbcUrl, "spring.datasource.username=" + this.username,
				"spring.datasource.password=" + this.password };
	}

	/**
	 * Asks for one value, beside the application's connections.
	 * @param <T> the type of the value
	 * @param sql the query
	 * @param type the type of the value
	 * @return the first column of the first row
	 */
	public <T> T query(String sql, Class<T> type) {
		try (Connection connection = connect();
				Statement statement = connection.createStatement();
				ResultSet row = statement.executeQuery(sql)) {
			row.next();
			return row.getObject(1, type);
		}
		catch (SQLException ex) {
			throw new IllegalStateException(sql, ex);
		}
	}

	/**
	 * Runs a statement, beside the application's connections.
	 * @param sql the statement
	 */
	public void execute(String sql) {
		try (Connection connection = connect(); Statement statement = connection.createStatement()) {
			statement.execute(sql);
		}
		catch (SQLException ex) {
			throw new IllegalStateException(sql, ex);
		}
	}

}
