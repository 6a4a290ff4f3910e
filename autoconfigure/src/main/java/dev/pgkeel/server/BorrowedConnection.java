package dev.pgkeel.server;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.util.function.Supplier;

import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.HikariPoolMXBean;

/**
 * An idle connection of the pool, borrowed for each question. Only when there is none is
 * one opened beside the pool, and closed again. It never starts the pool, and never waits
 * for a borrower of the application.
 *
 * @since 0.1.0
 */
public final class BorrowedConnection implements MonitorConnection {

	private final Supplier<HikariDataSource> pool;

	private final PoolerProbe.ConnectionSource source;

	/**
	 * Creates a way to the server.
	 * @param pool the pool
	 * @param source opens a connection in the pool's way, beside it
	 */
	public BorrowedConnection(Supplier<HikariDataSource> pool, PoolerProbe.ConnectionSource source) {
		this.pool = pool;
		this.source = source;
	}

	@Override
	public <T> T use(Work<T> work) throws SQLException {
		HikariDataSource candidate = this.pool.get();
		try (Connection connection = hasIdle(candidate) ? candidate.getConnection() : open(candidate)) {
			return work.on(connection);
		}
	}

	private static boolean hasIdle(HikariDataSource pool) {
		HikariPoolMXBean figures = pool.getHikariPoolMXBean();
		return figures != null && figures.getIdleConnections() > 0 && figures.getThreadsAwaitingConnection() == 0;
	}

	private Connection open(HikariDataSource pool) throws SQLException {
		if (DatabaseTarget.ofPool(pool) != DatabaseTarget.POSTGRESQL) {
			throw new SQLTransientConnectionException("the pool has no idle connection, and there is no way around it");
		}
		return this.source.open();
	}

	@Override
	public boolean isDedicated() {
		return false;
	}

	@Override
	public void close() {
		// Nothing is kept
	}

}
