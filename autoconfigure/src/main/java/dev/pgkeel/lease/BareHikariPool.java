package dev.pgkeel.lease;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Objects;

import com.zaxxer.hikari.HikariPoolMXBean;
import com.zaxxer.hikari.pool.HikariPool;

/**
 * A guarded pool without its leases.
 */
final class BareHikariPool implements BarePool {

	private final GuardedDataSource pool;

	private final String beanName;

	BareHikariPool(GuardedDataSource pool, String beanName) {
		this.pool = pool;
		this.beanName = beanName;
	}

	@Override
	public String name() {
		return Objects.requireNonNullElse(this.pool.getPoolName(), this.beanName);
	}

	@Override
	public int maximumPoolSize() {
		return this.pool.getMaximumPoolSize();
	}

	@Override
	public int total() {
		HikariPoolMXBean figures = this.pool.getHikariPoolMXBean();
		return (figures != null) ? figures.getTotalConnections() : 0;
	}

	@Override
	public int idle() {
		HikariPoolMXBean figures = this.pool.getHikariPoolMXBean();
		return (figures != null) ? figures.getIdleConnections() : 0;
	}

	@Override
	public int waiting() {
		HikariPoolMXBean figures = this.pool.getHikariPoolMXBean();
		return (figures != null) ? figures.getThreadsAwaitingConnection() : 0;
	}

	@Override
	public boolean isRunning() {
		return this.pool.isRunning();
	}

	@Override
	public boolean isClosed() {
		return this.pool.isClosed();
	}

	@Override
	public Duration patience() {
		return Duration.ofMillis(this.pool.getConnectionTimeout());
	}

	@Override
	public Connection borrow() throws SQLException {
		return this.pool.lendBare(name());
	}

	@Override
	public Connection borrow(Duration patience) throws SQLException {
		return (!isClosed() && this.pool.getHikariPoolMXBean() instanceof HikariPool running)
				? running.getConnection(patience.toMillis()) : borrow();
	}

	@Override
	public void evict(Connection proxy) {
		this.pool.evictBare(proxy);
	}

}
