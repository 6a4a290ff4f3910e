package dev.pgkeel.server;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;

import javax.sql.DataSource;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.util.Credentials;
import com.zaxxer.hikari.util.DriverDataSource;
import com.zaxxer.hikari.util.PropertyElf;
import com.zaxxer.hikari.util.UtilityElf;
import org.postgresql.PGConnection;

/**
 * The way to the server beside the pool: a connection of its own, made with the pool's
 * URL, credentials and properties, so that it neither starts the pool nor takes one of
 * its connections. Where no such connection can be made (a wrapping driver, another
 * pool), one is borrowed. Safe for use by several threads.
 *
 * @since 0.1.0
 */
public final class Preflight {

	private final DataSource dataSource;

	/**
	 * Creates a preflight for a data source.
	 * @param dataSource the application's data source
	 */
	public Preflight(DataSource dataSource) {
		this.dataSource = dataSource;
	}

	/**
	 * Returns what the data source leads to.
	 * @return the target
	 */
	public DatabaseTarget target() {
		return DatabaseTarget.of(this.dataSource);
	}

	/**
	 * Opens a connection that the caller closes.
	 * @return the connection, prepared as the pool prepares its own (schema and
	 * {@code connectionInitSql})
	 * @throws SQLException if the server refuses or cannot be reached
	 */
	public Connection connect() throws SQLException {
		HikariDataSource pool = DatabaseTarget.pool(this.dataSource);
		if (pool == null || DatabaseTarget.ofPool(pool) != DatabaseTarget.POSTGRESQL) {
			return this.dataSource.getConnection();
		}
		Connection connection = connect(pool);
		try {
			prepare(connection, pool);
			return connection;
		}
		catch (SQLException | RuntimeException ex) {
			connection.close();
			throw ex;
		}
	}

	/**
	 * Returns whether a connection leads to PostgreSQL.
	 * @param connection an open connection
	 * @return whether its driver is PostgreSQL's
	 * @throws SQLException if the connection does not say
	 */
	public static boolean isPostgres(Connection connection) throws SQLException {
		return connection.isWrapperFor(PGConnection.class);
	}

	/**
	 * Follows HikariCP 7.0.2, {@code PoolBase}: the order in which it looks at its
	 * settings, and the credentials provider asked anew for each connection.
	 */
	private static Connection connect(HikariConfig config) throws SQLException {
		Credentials credentials = (config.getCredentialsProvider() != null)
				? config.getCredentialsProvider().getCredentials() : config.getCredentials();
		DataSource source = config.getDataSource();
		if (source == null && config.getDataSourceClassName() != null) {
			source = UtilityElf.createInstance(config.getDataSourceClassName(), DataSource.class);
			PropertyElf.setTargetFromProperties(source, config.getDataSourceProperties());
		}
		if (source == null) {
			source = new DriverDataSource(config.getJdbcUrl(), config.getDriverClassName(),
					config.getDataSourceProperties(), credentials.getUsername(), credentials.getPassword());
		}
		return (credentials.getUsername() != null)
				? source.getConnection(credentials.getUsername(), credentials.getPassword()) : source.getConnection();
	}

	private static void prepare(Connection connection, HikariConfig config) throws SQLException {
		if (config.getSchema() != null) {
			connection.setSchema(config.getSchema());
		}
		if (config.getConnectionInitSql() != null) {
			try (Statement statement = connection.createStatement()) {
				statement.execute(config.getConnectionInitSql());
			}
		}
	}

}
