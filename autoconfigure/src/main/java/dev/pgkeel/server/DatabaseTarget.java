package dev.pgkeel.server;

import java.util.Arrays;
import java.util.Properties;
import java.util.regex.Pattern;

import javax.sql.DataSource;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariConfigMXBean;
import com.zaxxer.hikari.HikariDataSource;
import org.jspecify.annotations.Nullable;
import org.postgresql.Driver;
import org.postgresql.PGProperty;

import org.springframework.aop.framework.AopProxyUtils;
import org.springframework.aop.scope.ScopedObject;
import org.springframework.aop.support.AopUtils;
import org.springframework.beans.BeansException;
import org.springframework.boot.jdbc.DataSourceUnwrapper;
import org.springframework.jdbc.datasource.embedded.EmbeddedDatabase;

/**
 * What a data source leads to, as far as this can be told without connecting.
 *
 * @since 0.1.0
 */
public enum DatabaseTarget {

	/**
	 * PostgreSQL through its own driver: all features apply.
	 */
	POSTGRESQL,

	/**
	 * PostgreSQL through a wrapping driver, such as {@code jdbc:otel:postgresql:}: the
	 * wrapper's way is kept, so nothing that it may not accept is added, and no
	 * connection is made around it.
	 */
	WRAPPED_POSTGRESQL,

	/**
	 * Only a connection can tell: a pool other than HikariCP, or one that takes its
	 * connections from a data source of the user's own.
	 */
	UNKNOWN,

	/**
	 * Another database: everything backs off.
	 */
	OTHER;

	private static final String URL_PREFIX = "jdbc:postgresql:";

	private static final String SOCKET_FACTORY = "socketFactory";

	private static final Pattern USER_BEFORE_HOST = Pattern.compile("[^/?]*//(?:[^/?]*@|[^?]*@[^/?]*/|[^/?]*[?].*@)",
			Pattern.DOTALL);

	private static final Pattern WRAPPED_URL = Pattern.compile("jdbc:[a-z0-9:_-]+:postgresql:.*",
			Pattern.CASE_INSENSITIVE | Pattern.DOTALL);

	/**
	 * Returns the target of a data source, looking through Spring's proxies.
	 * @param dataSource the data source, not connected to
	 * @return the target
	 */
	public static DatabaseTarget of(DataSource dataSource) {
		HikariDataSource pool = pool(dataSource);
		if (pool != null) {
			return ofPool(pool);
		}
		if (dataSource.getClass().getName().startsWith("org.postgresql.")) {
			return POSTGRESQL;
		}
		return (dataSource instanceof EmbeddedDatabase) ? OTHER : UNKNOWN;
	}

	/**
	 * Returns the target of a pool's configuration.
	 * @param config the configuration
	 * @return the target
	 */
	public static DatabaseTarget ofPool(HikariConfig config) {
		if (config.getDataSource() != null) {
			return of(config.getDataSource());
		}
		DatabaseTarget target = ofSettings(config.getJdbcUrl(), config.getDataSourceClassName());
		return (target == POSTGRESQL && isWrapped(config)) ? WRAPPED_POSTGRESQL : target;
	}

	/**
	 * A driver class or a socket factory of somebody else, such as Cloud SQL's, has its
	 * own way to the server.
	 */
	private static boolean isWrapped(HikariConfig config) {
		String driver = config.getDriverClassName();
		if (driver != null && !driver.equals(Driver.class.getName())) {
			return true;
		}
		String socketFactory = urlParameters(config).getProperty(SOCKET_FACTORY,
				config.getDataSourceProperties().getProperty(SOCKET_FACTORY));
		return socketFactory != null && !socketFactory.startsWith("dev.pgkeel.tls.");
	}

	/**
	 * Returns the target of the two settings that decide it.
	 * @param jdbcUrl the JDBC URL, if any
	 * @param dataSourceClassName the name of the driver's data source class, which
	 * HikariCP prefers to the URL
	 * @return the target
	 */
	public static DatabaseTarget ofSettings(@Nullable String jdbcUrl, @Nullable String dataSourceClassName) {
		if (dataSourceClassName != null) {
			return dataSourceClassName.startsWith("org.postgresql.") ? POSTGRESQL : UNKNOWN;
		}
		if (jdbcUrl == null) {
			return UNKNOWN;
		}
		if (jdbcUrl.startsWith(URL_PREFIX)) {
			return POSTGRESQL;
		}
		return WRAPPED_URL.matcher(jdbcUrl).matches() ? WRAPPED_POSTGRESQL : OTHER;
	}

	/**
	 * Returns the HikariCP pool behind a data source.
	 * @param dataSource the data source, possibly proxied
	 * @return the pool, or {@code null} if it is another kind of data source
	 */
	public static @Nullable HikariDataSource pool(DataSource dataSource) {
		HikariDataSource pool = DataSourceUnwrapper.unwrap(dataSource, HikariConfigMXBean.class,
				HikariDataSource.class);
		// A proxy of the pool's class is taken for the pool (Spring Boot 4.1.1)
		return (pool != null && AopUtils.isAopProxy(pool) && behind(pool) instanceof DataSource target) ? pool(target)
				: pool;
	}

	/**
	 * A scope has none outside of itself.
	 */
	private static @Nullable Object behind(HikariDataSource proxy) {
		if (!(proxy instanceof ScopedObject scoped)) {
			return AopProxyUtils.getSingletonTarget(proxy);
		}
		try {
			return scoped.getTargetObject();
		}
		catch (BeansException | IllegalStateException ex) {
			return null;
		}
	}

	/**
	 * Returns the URL that a wrapping driver gives to PostgreSQL's own.
	 * @param jdbcUrl a URL, or {@code null}
	 * @return the URL without the wrapper's part, any other URL as it is
	 */
	public static @Nullable String driverUrl(@Nullable String jdbcUrl) {
		return (jdbcUrl != null && WRAPPED_URL.matcher(jdbcUrl).matches())
				? jdbcUrl.replaceFirst("(?i)^jdbc:[a-z0-9:_-]+?:postgresql:", URL_PREFIX) : jdbcUrl;
	}

	/**
	 * Returns the driver's properties of a pool, by their names in a URL. The driver's
	 * data source has {@code setSslMode}: there {@code sslMode} is as good a name.
	 * @param config the pool
	 * @return the properties
	 */
	public static Properties driverProperties(HikariConfig config) {
		Properties properties = new Properties();
		config.getDataSourceProperties().forEach((key, value) -> {
			String name = String.valueOf(key);
			String known = (config.getDataSourceClassName() != null) ? parameter(name) : null;
			properties.setProperty((known != null) ? known : name, String.valueOf(value));
		});
		return properties;
	}

	/**
	 * Returns how the driver writes the name of a parameter.
	 * @param name the name, in any case
	 * @return the name in a URL, {@code null} if the driver has no such parameter
	 */
	static @Nullable String parameter(String name) {
		return Arrays.stream(PGProperty.values())
			.map(PGProperty::getName)
			.filter(name::equalsIgnoreCase)
			.findFirst()
			.orElse(null);
	}

	/**
	 * Returns a pool's URL: that of its data source class if there is one, since HikariCP
	 * then does not look at the other.
	 * @param config the pool
	 * @return the URL, {@code null} if there is none
	 */
	public static @Nullable String url(HikariConfig config) {
		Properties properties = config.getDataSourceProperties();
		return (config.getDataSourceClassName() != null) ? properties.getProperty("url", properties.getProperty("URL"))
				: config.getJdbcUrl();
	}

	/**
	 * Returns the role that a pool connects as. One in the JDBC URL wins over the pool's,
	 * one in the URL of a data source class or in a service file does not.
	 * @param config the pool
	 * @param username the pool's own, if any
	 * @return the role, {@code null} if only the driver knows
	 */
	public static @Nullable String role(HikariConfig config, @Nullable String username) {
		if (username == null) {
			return urlParameters(config).getProperty(PGProperty.USER.getName());
		}
		Properties given = new Properties();
		given.setProperty(PGProperty.USER.getName(), username);
		return (config.getDataSourceClassName() != null) ? username
				: urlParameters(url(config), given).getProperty(PGProperty.USER.getName(), username);
	}

	/**
	 * Returns the connection parameters that a pool's URL names.
	 * @param config the pool
	 * @return the parameters, empty if there is no URL or the driver cannot read it
	 */
	public static Properties urlParameters(HikariConfig config) {
		return urlParameters(url(config));
	}

	/**
	 * Returns the connection parameters that a URL names. They win over those given as
	 * properties.
	 * <p>
	 * The driver is not asked about a URL that it does not understand because of a
	 * password before the host: it logs it (pgjdbc 42.7.13).
	 * @param jdbcUrl a URL of PostgreSQL's own driver, or {@code null}
	 * @return the parameters, empty if there is no URL or the driver cannot read it
	 */
	public static Properties urlParameters(@Nullable String jdbcUrl) {
		return urlParameters(jdbcUrl, null);
	}

	private static Properties urlParameters(@Nullable String jdbcUrl, @Nullable Properties given) {
		Properties parameters = (jdbcUrl != null && !USER_BEFORE_HOST.matcher(jdbcUrl).lookingAt())
				? Driver.parseURL(jdbcUrl, given) : null;
		return (parameters != null) ? parameters : new Properties();
	}

}
