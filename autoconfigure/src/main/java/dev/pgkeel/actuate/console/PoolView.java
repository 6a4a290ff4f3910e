package dev.pgkeel.actuate.console;

import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.HikariPoolMXBean;

/**
 * A pool's figures at one moment.
 *
 * @param name the pool's name, or its bean's if it has none
 * @param active connections in use
 * @param idle connections not in use
 * @param pending threads that wait for a connection
 * @param max the maximum of connections
 * @since 0.1.0
 */
public record PoolView(String name, int active, int idle, int pending, int max) {

	static PoolView of(String beanName, HikariDataSource pool) {
		String name = (pool.getPoolName() != null) ? pool.getPoolName() : beanName;
		HikariPoolMXBean figures = pool.getHikariPoolMXBean();
		// Not started yet
		if (figures == null) {
			return new PoolView(name, 0, 0, 0, pool.getMaximumPoolSize());
		}
		return new PoolView(name, figures.getActiveConnections(), figures.getIdleConnections(),
				figures.getThreadsAwaitingConnection(), pool.getMaximumPoolSize());
	}

}
