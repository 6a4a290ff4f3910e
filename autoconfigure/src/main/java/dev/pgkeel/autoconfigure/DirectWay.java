package dev.pgkeel.autoconfigure;

import java.util.Collection;
import java.util.Map;
import java.util.Properties;
import java.util.Set;

import com.zaxxer.hikari.HikariConfig;
import dev.pgkeel.PgkeelMode;
import dev.pgkeel.pool.PoolReport;
import dev.pgkeel.pool.PoolReports;
import dev.pgkeel.pool.PoolSetting;
import dev.pgkeel.server.DatabaseTarget;
import dev.pgkeel.server.DirectConnection;
import dev.pgkeel.server.UrlMistake;
import dev.pgkeel.tls.TlsConfigurationException;
import dev.pgkeel.tls.TlsPolicy;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGProperty;

import org.springframework.aop.framework.AopInfrastructureBean;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.core.env.Environment;
import org.springframework.util.StringUtils;

/**
 * The way to the server itself that the properties below {@code pgkeel.direct} name. It
 * is protected by where it leads: a pooler on the same machine says nothing about it.
 */
final class DirectWay implements AopInfrastructureBean {

	private static final String DRIVER_PROPERTIES = PoolPropertyOrigins.PREFIX + "data-source-properties";

	private static final String DATA_SOURCE_CLASS = PoolPropertyOrigins.PREFIX + "data-source-class-name";

	private static final String URL = "pgkeel.direct.url";

	private static final String OF_THE_POOL = "spring.datasource.url";

	private static final String SSL_MODE = "sslmode";

	/**
	 * What pgkeel sets on a pool by where that leads. Whom it trusts is the same on both
	 * ways.
	 */
	private static final Set<String> BY_TARGET = Set.of(SSL_MODE, "socketFactory");

	private final PgkeelProperties properties;

	private final ObjectProvider<TlsPolicy> tls;

	private final ObjectProvider<PoolReports> pools;

	private final Environment environment;

	DirectWay(PgkeelProperties properties, ObjectProvider<TlsPolicy> tls, ObjectProvider<PoolReports> pools,
			Environment environment) {
		this.properties = properties;
		this.tls = tls;
		this.pools = pools;
		this.environment = environment;
	}

	/**
	 * Returns the way.
	 * @return the way, {@code null} if the pool leads to the server
	 */
	@Nullable DirectConnection connection() {
		PgkeelProperties.Direct direct = this.properties.direct();
		String url = direct.url();
		return (url != null && !url.isBlank())
				? new DirectConnection(url, direct.username(), direct.password(), protection(url), unwanted(url))
				: null;
	}

	/**
	 * Returns the role whose limit the application's connections count against, where
	 * this way has a role of its own.
	 * @param pool the pool
	 * @return the pool's role, {@code null} if it has no other one, or none that is known
	 */
	@Nullable String roleOf(HikariConfig pool) {
		PgkeelProperties.Direct direct = this.properties.direct();
		boolean other = StringUtils.hasText(direct.url()) && (direct.username() != null
				|| DatabaseTarget.urlParameters(direct.url()).containsKey(PGProperty.USER.getName()));
		return other ? DatabaseTarget.role(pool, pool.getUsername()) : null;
	}

	/**
	 * Only what pgkeel itself set for the pool's way, and not where the URL says half of
	 * it, such as whom it trusts, which the pool's setting completes.
	 */
	private Set<String> unwanted(String url) {
		Properties parameters = DatabaseTarget.urlParameters(url);
		boolean half = !parameters.containsKey(SSL_MODE) && !parameters.containsKey("ssl")
				&& parameters.stringPropertyNames().stream().anyMatch((name) -> name.startsWith("ssl"));
		PoolReports reports = this.pools.getIfAvailable();
		return (reports != null && !half && isProtectedByUs(reports.all().values())) ? BY_TARGET : Set.of();
	}

	private static boolean isProtectedByUs(Collection<PoolReport> reports) {
		return !reports.isEmpty()
				&& reports.stream().noneMatch((report) -> report.from(PoolSetting.Source.TLS).isEmpty());
	}

	private Map<String, String> protection(String url) {
		TlsPolicy policy = this.tls.getIfAvailable();
		if (policy == null || this.properties.mode() == PgkeelMode.OBSERVE || UrlMistake.ofUnusable(url) != null) {
			return Map.of();
		}
		HikariConfig pool = new HikariConfig();
		pool.setDataSourceClassName(this.environment.getProperty(DATA_SOURCE_CLASS));
		Binder.get(this.environment)
			.bind(DRIVER_PROPERTIES, Bindable.mapOf(String.class, String.class))
			.ifBound((driver) -> driver.forEach(pool::addDataSourceProperty));
		HikariConfig config = new HikariConfig();
		config.setJdbcUrl(url);
		config.setDataSourceProperties(DatabaseTarget.driverProperties(pool));
		try {
			return policy.decide(config, false).settings();
		}
		catch (TlsConfigurationException ex) {
			throw new TlsConfigurationException(URL + ": " + ex.getMessage(), ex.getAction().replace(OF_THE_POOL, URL),
					ex);
		}
	}

}
