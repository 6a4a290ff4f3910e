package dev.pgkeel.server;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Properties;

import javax.net.ssl.SSLException;
import javax.sql.DataSource;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariCredentialsProvider;
import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.util.Credentials;
import com.zaxxer.hikari.util.PropertyElf;
import com.zaxxer.hikari.util.UtilityElf;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import org.postgresql.Driver;
import org.postgresql.PGConnection;
import org.postgresql.util.PSQLState;

/**
 * The way to the server beside the pool: a connection of its own, made with the pool's
 * URL, credentials and properties, so that it neither starts the pool nor takes one of
 * its connections. Where no such connection can be made (a wrapping driver, another
 * pool), one is borrowed. Safe for use by several threads.
 *
 * @since 0.1.0
 */
public final class Preflight {

	private static final Log logger = LogFactory.getLog(Preflight.class);

	private static final String CANNOT_CONNECT_NOW = "57P03";

	private static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(30);

	/**
	 * For a session to end that has only come to look, as one of ours does at start.
	 */
	private static final Duration PATIENCE_WITH_A_FULL_SERVER = Duration.ofSeconds(2);

	private static final int PAUSE_MILLIS = 250;

	private final DataSource dataSource;

	private final @Nullable DirectConnection direct;

	private final Duration timeout;

	private final BoundedDriver driver;

	/**
	 * Creates a preflight for a data source that leads to the server itself.
	 * @param dataSource the application's data source
	 */
	public Preflight(DataSource dataSource) {
		this(dataSource, null, DEFAULT_TIMEOUT);
	}

	/**
	 * Creates a preflight for a data source.
	 * @param dataSource the application's data source
	 * @param direct the way to the server itself, {@code null} if the data source leads
	 * there
	 * @param timeout how long a connection may take, and how long to wait for a server
	 * that is not up yet
	 */
	public Preflight(DataSource dataSource, @Nullable DirectConnection direct, Duration timeout) {
		this.dataSource = dataSource;
		this.direct = direct;
		this.timeout = timeout;
		this.driver = new BoundedDriver(timeout);
	}

	/**
	 * Returns what the data source leads to.
	 * @return the target
	 */
	public DatabaseTarget target() {
		return DatabaseTarget.of(this.dataSource);
	}

	/**
	 * Opens a connection to the server itself, and waits while it is not up yet, or for a
	 * moment if it has no session left.
	 * @return the connection, which the caller closes
	 * @throws SQLException if the server refuses, or is not up in time
	 */
	public Connection connectWhenUp() throws SQLException {
		long start = System.nanoTime();
		boolean announced = false;
		while (true) {
			try {
				return connect();
			}
			catch (SQLException ex) {
				boolean full = RefusalReason.of(ex) != null;
				Duration patience = full ? PATIENCE_WITH_A_FULL_SERVER : this.timeout;
				if ((!full && !isNotUpYet(ex)) || System.nanoTime() - start > patience.toNanos()) {
					throw ex;
				}
				if (!full && !announced) {
					logger.info("The server is not up yet: waiting for up to " + this.timeout.toSeconds()
							+ " s (pgkeel.preflight.timeout): " + ex.getMessage());
					announced = true;
				}
				pause(ex);
			}
		}
	}

	private static void pause(SQLException reason) throws SQLException {
		try {
			Thread.sleep(PAUSE_MILLIS);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw reason;
		}
	}

	/**
	 * A server that starts refuses, at first as a host without a listener, or behind a
	 * port that somebody else opens earlier, such as that of a container, as one that
	 * hangs up. Whatever else fails will fail again.
	 */
	private static boolean isNotUpYet(SQLException ex) {
		if (CANNOT_CONNECT_NOW.equals(ex.getSQLState())) {
			return true;
		}
		for (Throwable cause = ex; cause != null && !(cause instanceof SSLException); cause = cause.getCause()) {
			if (SocketFailure.mayPass(cause)) {
				return true;
			}
		}
		return false;
	}

	/**
	 * Opens a connection to the server itself.
	 * @return the connection, prepared as the pool prepares its own (schema and
	 * {@code connectionInitSql}), which the caller closes
	 * @throws SQLException if the server refuses or cannot be reached
	 */
	public Connection connect() throws SQLException {
		HikariDataSource pool = DatabaseTarget.pool(this.dataSource);
		if (pool == null || DatabaseTarget.ofPool(pool) != DatabaseTarget.POSTGRESQL) {
			return this.dataSource.getConnection();
		}
		return prepared((this.direct != null) ? openDirect(pool, this.direct) : open(pool), pool);
	}

	/**
	 * Opens a connection in exactly the pool's way, through a pooler if there is one.
	 * @return the connection, prepared as the pool prepares its own, which the caller
	 * closes
	 * @throws SQLException if the server refuses or cannot be reached
	 */
	public Connection connectAsPool() throws SQLException {
		HikariDataSource pool = DatabaseTarget.pool(this.dataSource);
		if (pool == null || DatabaseTarget.ofPool(pool) != DatabaseTarget.POSTGRESQL) {
			return this.dataSource.getConnection();
		}
		return prepared(open(pool), pool);
	}

	/**
	 * Opens a connection to the server itself as the driver gives it: neither schema nor
	 * {@code connectionInitSql} is applied. Never borrows one.
	 * @return the connection, which the caller closes
	 * @throws SQLException if the server refuses or cannot be reached, or there is no way
	 * around the pool
	 */
	public Connection connectBare() throws SQLException {
		HikariDataSource pool = DatabaseTarget.pool(this.dataSource);
		if (pool == null || DatabaseTarget.ofPool(pool) != DatabaseTarget.POSTGRESQL) {
			throw new SQLException("There is no way to the server around this pool");
		}
		return (this.direct != null) ? openDirect(pool, this.direct) : open(pool);
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
	 * settings, the limit that a data source without one is given, and the credentials
	 * provider asked anew for each connection.
	 */
	private Connection open(HikariConfig config) throws SQLException {
		Credentials credentials = credentials(config);
		DataSource source = config.getDataSource();
		if (source == null) {
			demandUsable("The URL", DatabaseTarget.url(config));
		}
		if (source == null && config.getDataSourceClassName() != null) {
			source = UtilityElf.createInstance(config.getDataSourceClassName(), DataSource.class);
			PropertyElf.setTargetFromProperties(source, config.getDataSourceProperties());
		}
		if (source == null) {
			return this.driver.connect(config.getJdbcUrl(), config.getDriverClassName(), properties(config),
					credentials);
		}
		if (source.getLoginTimeout() == 0) {
			source.setLoginTimeout(this.driver.loginTimeout());
		}
		return (credentials.getUsername() != null)
				? source.getConnection(credentials.getUsername(), credentials.getPassword()) : source.getConnection();
	}

	private Connection openDirect(HikariConfig config, DirectConnection way) throws SQLException {
		try {
			return open(config, way);
		}
		catch (SQLException ex) {
			ex.addSuppressed(new DirectWayFailure(way.url()));
			throw ex;
		}
	}

	private Connection open(HikariConfig config, DirectConnection way) throws SQLException {
		Credentials credentials = inForce(config);
		String username = (way.username() != null) ? way.username() : credentials.getUsername();
		String password = (way.password() != null) ? way.password() : credentials.getPassword();
		demandUsable("pgkeel.direct.url", way.url());
		UrlSecrets hidden = UrlSecrets.of(way.url());
		String inUrl = hidden.secrets().get(UrlSecrets.PASSWORD);
		if (Driver.parseURL(hidden.url(), null) == null) {
			throw new SQLException("pgkeel.direct.url is not a JDBC URL that PostgreSQL's driver understands", "08001");
		}
		Properties properties = DatabaseTarget.driverProperties(config);
		properties.keySet().removeAll(way.unwanted());
		properties.putAll(hidden.secrets());
		properties.putAll(way.protection());
		return this.driver.connect(hidden.url(), null, properties,
				Credentials.of(username, (inUrl != null) ? inUrl : password));
	}

	/**
	 * The driver, and HikariCP for it, would show a password before the host.
	 */
	private static void demandUsable(String name, @Nullable String url) throws SQLException {
		UrlMistake mistake = UrlMistake.ofUnusable(url);
		if (mistake != null) {
			throw new SQLException(name + " " + mistake.problem() + ". " + mistake.action(),
					PSQLState.CONNECTION_UNABLE_TO_CONNECT.getState());
		}
	}

	/**
	 * The password of the URL's own text: the driver, asked for one, looks into the
	 * password file too.
	 */
	private static Credentials inForce(HikariConfig config) throws SQLException {
		Credentials credentials = credentials(config);
		if (config.getDataSourceClassName() != null && credentials.getUsername() != null) {
			return credentials;
		}
		String url = DatabaseTarget.url(config);
		String password = (url != null) ? UrlSecrets.of(url).secrets().get(UrlSecrets.PASSWORD) : null;
		return Credentials.of(DatabaseTarget.role(config, credentials.getUsername()),
				(password != null) ? password : credentials.getPassword());
	}

	/**
	 * A provider that cannot be asked now, such as a vault that is down, is no other
	 * matter than a server that cannot be reached.
	 */
	private static Credentials credentials(HikariConfig config) throws SQLException {
		HikariCredentialsProvider provider = config.getCredentialsProvider();
		if (provider == null) {
			return config.getCredentials();
		}
		try {
			return provider.getCredentials();
		}
		catch (RuntimeException ex) {
			throw new SQLException("The pool's credentials provider failed: " + ex.getMessage(),
					PSQLState.CONNECTION_UNABLE_TO_CONNECT.getState(), ex);
		}
	}

	private static Properties properties(HikariConfig config) {
		Properties properties = new Properties();
		properties.putAll(config.getDataSourceProperties());
		return properties;
	}

	private static Connection prepared(Connection connection, HikariConfig config) throws SQLException {
		try {
			if (config.getSchema() != null) {
				connection.setSchema(config.getSchema());
			}
			if (config.getConnectionInitSql() != null) {
				try (Statement statement = connection.createStatement()) {
					statement.execute(config.getConnectionInitSql());
				}
			}
			return connection;
		}
		catch (SQLException | RuntimeException ex) {
			connection.close();
			throw ex;
		}
	}

}
