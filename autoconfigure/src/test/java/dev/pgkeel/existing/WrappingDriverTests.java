package dev.pgkeel.existing;

import java.net.InetAddress;
import java.net.Socket;
import java.sql.Connection;
import java.sql.Driver;
import java.sql.DriverManager;
import java.sql.DriverPropertyInfo;
import java.sql.SQLException;
import java.util.List;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.logging.Logger;

import javax.net.SocketFactory;

import com.zaxxer.hikari.HikariDataSource;
import dev.pgkeel.autoconfigure.PgkeelAutoConfiguration;
import dev.pgkeel.autoconfigure.PgkeelPoolAutoConfiguration;
import dev.pgkeel.autoconfigure.PgkeelSchemaAutoConfiguration;
import dev.pgkeel.testsupport.TestDatabase;
import dev.pgkeel.testsupport.TestServer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.jdbc.core.simple.JdbcClient;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for applications whose driver wraps PostgreSQL's, or that have a way to the
 * server of their own.
 */
class WrappingDriverTests {

	private static final Set<String> ACCEPTED = Set.of("user", "password");

	private final TestDatabase database = TestServer.shared().newDatabase();

	private final ApplicationContextRunner contextRunner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(DataSourceAutoConfiguration.class, PgkeelAutoConfiguration.class,
				PgkeelPoolAutoConfiguration.class, PgkeelSchemaAutoConfiguration.class))
		.withClassLoader(new FilteredClassLoader("org.springframework.boot.devtools"))
		.withPropertyValues(this.database.properties())
		.withPropertyValues("spring.datasource.hikari.minimum-idle=1", "spring.datasource.hikari.maximum-pool-size=1");

	private final WrappingDriver driver = new WrappingDriver();

	@BeforeEach
	void register() throws SQLException {
		DriverManager.registerDriver(this.driver);
		CountingSocketFactory.SOCKETS.set(0);
	}

	@AfterEach
	void deregister() throws SQLException {
		DriverManager.deregisterDriver(this.driver);
	}

	@ParameterizedTest
	@ValueSource(strings = { "jdbc:tc:postgresql:16:", "jdbc:aws-wrapper:postgresql:", "jdbc:otel:postgresql:",
			"jdbc:p6spy:postgresql:" })
	void wrapperGetsNothingThatItMayNotKnow(String prefix) {
		this.contextRunner
			.withPropertyValues(
					"spring.datasource.url=" + this.database.directUrl().replace("jdbc:postgresql:", prefix),
					"spring.datasource.driver-class-name=" + WrappingDriver.class.getName())
			.run((context) -> {
				assertThat(context).hasNotFailed();
				HikariDataSource pool = context.getBean(HikariDataSource.class);
				assertThat(pool.getDataSourceProperties()).isEmpty();
				assertThat(pool.getConnectionTimeout()).isEqualTo(5000);
				assertThat(rows(pool)).isZero();
				assertThat(this.driver.urls).isNotEmpty().allMatch((url) -> url.startsWith(prefix));
				Awaitility.await()
					.untilAsserted(() -> assertThat(this.database.query(
							"select count(*) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()",
							Long.class))
						.isEqualTo(pool.getHikariPoolMXBean().getTotalConnections()));
			});
	}

	@Test
	void socketFactoryOfTheUserKeepsItsWay() {
		this.contextRunner
			.withPropertyValues("spring.datasource.hikari.data-source-properties.socketFactory="
					+ CountingSocketFactory.class.getName(), "pgkeel.tls.mode=auto")
			.run((context) -> {
				assertThat(context).hasNotFailed();
				HikariDataSource pool = context.getBean(HikariDataSource.class);
				assertThat(pool.getDataSourceProperties().getProperty("socketFactory"))
					.isEqualTo(CountingSocketFactory.class.getName());
				assertThat(pool.getDataSourceProperties()).doesNotContainKey("sslmode");
				assertThat(rows(pool)).isZero();
				assertThat(CountingSocketFactory.SOCKETS).hasPositiveValue();
			});
	}

	private static int rows(HikariDataSource pool) {
		return JdbcClient.create(pool).sql("select count(*) from notes").query(Integer.class).single();
	}

	/**
	 * Knows its own parameters and no others, as some wrappers do.
	 */
	public static class WrappingDriver implements Driver {

		private static final String OWN = "jdbc:[a-z0-9-]+:postgresql:(16:)?";

		private final List<String> urls = new CopyOnWriteArrayList<>();

		private final Driver wrapped = new org.postgresql.Driver();

		@Override
		public Connection connect(String url, Properties info) throws SQLException {
			if (!acceptsURL(url)) {
				return null;
			}
			if (!ACCEPTED.containsAll(info.stringPropertyNames())) {
				throw new SQLException("Unknown parameter among " + info.stringPropertyNames());
			}
			this.urls.add(url);
			return this.wrapped.connect(url.replaceFirst(OWN, "jdbc:postgresql:"), info);
		}

		@Override
		public boolean acceptsURL(String url) {
			return url.matches(OWN + ".*");
		}

		@Override
		public DriverPropertyInfo[] getPropertyInfo(String url, Properties info) {
			return new DriverPropertyInfo[0];
		}

		@Override
		public int getMajorVersion() {
			return 1;
		}

		@Override
		public int getMinorVersion() {
			return 0;
		}

		@Override
		public boolean jdbcCompliant() {
			return false;
		}

		@Override
		public Logger getParentLogger() {
			return Logger.getGlobal();
		}

	}

	/**
	 * A way of the user's own, as Cloud SQL's connector is one.
	 */
	public static class CountingSocketFactory extends SocketFactory {

		private static final AtomicInteger SOCKETS = new AtomicInteger();

		@Override
		public Socket createSocket() {
			SOCKETS.incrementAndGet();
			return new Socket();
		}

		@Override
		public Socket createSocket(String host, int port) {
			throw new UnsupportedOperationException();
		}

		@Override
		public Socket createSocket(String host, int port, InetAddress localHost, int localPort) {
			throw new UnsupportedOperationException();
		}

		@Override
		public Socket createSocket(InetAddress host, int port) {
			throw new UnsupportedOperationException();
		}

		@Override
		public Socket createSocket(InetAddress address, int port, InetAddress localAddress, int localPort) {
			throw new UnsupportedOperationException();
		}

	}

}
