package dev.pgkeel.server;

import java.util.Collections;
import java.util.Map;
import java.util.WeakHashMap;

import com.zaxxer.hikari.HikariDataSource;
import org.jspecify.annotations.Nullable;

import org.springframework.aop.framework.AopInfrastructureBean;

/**
 * What is known of the servers of all pools. Safe for use by several threads.
 *
 * @since 0.1.0
 */
public final class KnownServers implements AopInfrastructureBean {

	/**
	 * A pool of a scope that is refreshed comes and goes.
	 */
	private final Map<HikariDataSource, KnownServer> byPool = Collections.synchronizedMap(new WeakHashMap<>());

	/**
	 * Remembers a server.
	 * @param pool the pool that leads to it
	 * @param server the server
	 */
	public void put(HikariDataSource pool, KnownServer server) {
		this.byPool.put(pool, server);
	}

	/**
	 * Returns the server of a pool.
	 * @param pool the pool
	 * @return the server, {@code null} if it has not answered yet
	 */
	public @Nullable KnownServer get(HikariDataSource pool) {
		return this.byPool.get(pool);
	}

}
