package dev.pgkeel.autoconfigure;

import java.util.Map;

import com.zaxxer.hikari.HikariConfig;
import dev.pgkeel.PgkeelMode;
import dev.pgkeel.server.DirectConnection;
import dev.pgkeel.server.UrlMistake;
import dev.pgkeel.tls.TlsPolicy;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.core.env.Environment;

/**
 * The way to the server itself that the properties below {@code pgkeel.direct} name. It
 * is protected by where it leads: a pooler on the same machine says nothing about it.
 */
final class DirectWay {

	private static final String DRIVER_PROPERTIES = PoolPropertyOrigins.PREFIX + "data-source-properties";

	private final PgkeelProperties properties;

	private final ObjectProvider<TlsPolicy> tls;

	private final Environment environment;

	DirectWay(PgkeelProperties properties, ObjectProvider<TlsPolicy> tls, Environment environment) {
		this.properties = properties;
		this.tls = tls;
		this.environment = environment;
	}

	/**
	 * Returns the way.
	 * @return the way, {@code null} if the pool leads to the server
	 */
	@Nullable DirectConnection connection() {
		PgkeelProperties.Direct direct = this.properties.direct();
		return (direct.url() != null)
				? new DirectConnection(direct.url(), direct.username(), direct.password(), protection(direct.url()))
				: null;
	}

	private Map<String, String> protection(String url) {
		TlsPolicy policy = this.tls.getIfAvailable();
		if (policy == null || this.properties.mode() == PgkeelMode.OBSERVE || UrlMistake.of(url) != null) {
			return Map.of();
		}
		HikariConfig config = new HikariConfig();
		config.setJdbcUrl(url);
		Binder.get(this.environment)
			.bind(DRIVER_PROPERTIES, Bindable.mapOf(String.class, String.class))
			.ifBound((driver) -> driver.forEach(config::addDataSourceProperty));
		return policy.decide(config, false).settings();
	}

}
