package dev.pgkeel.server;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.function.Supplier;

import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.pool.HikariPool;
import org.jspecify.annotations.Nullable;

/**
 * An idle connection of the pool, borrowed for each question. Only when there is none is
 * one opened beside the pool, and closed again, or, where there is no way around it, by
 * the pool. It never starts the pool, and never waits for a borrower of the application.
 *
 * @since 0.1.0
 */
public final class BorrowedConnection implements MonitorConnection {

	private static final Duration PATIENCE = Duration.ofMillis(250);

	private static final Duration PATIENCE_WITH_A_NEW_ONE = Duration.ofSeconds(2);

	/**
	 * A statement's own timeout has it cancelled over another socket, which does not wake
	 * up who reads from a network that has fallen silent.
	 */
	private static final int ANSWER_MILLIS = 3000;

	private static final Executor SAME_THREAD = Runnable::run;

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
		Connection idle = idle(candidate);
		try (Connection connection = (idle != null) ? idle : open(candidate)) {
			// The pool gives it its own again
			connection.setNetworkTimeout(SAME_THREAD, ANSWER_MILLIS);
			return work.on(connection);
		}
	}

	/**
	 * The pool itself is asked, not the data source: the application's connection timeout
	 * is too long, and what the monitor borrows is no lease of the application's.
	 */
	private static @Nullable Connection idle(HikariDataSource pool) throws SQLException {
		if (pool.isRunning() && pool.getHikariPoolMXBean() instanceof HikariPool running
				&& running.getIdleConnections() > 0 && running.getThreadsAwaitingConnection() == 0) {
			try {
				return running.getConnection(PATIENCE.toMillis());
			}
			catch (SQLTransientConnectionException ex) {
				// Taken by others in the meantime
			}
		}
		return null;
	}

	private Connection open(HikariDataSource pool) throws SQLException {
		if (hasWayAround(pool)) {
			return this.source.open();
		}
		if (pool.isRunning() && pool.getHikariPoolMXBean() instanceof HikariPool running
				&& running.getTotalConnections() < pool.getMaximumPoolSize()) {
			return running.getConnection(PATIENCE_WITH_A_NEW_ONE.toMillis());
		}
		throw new SQLTransientConnectionException("the pool has no idle connection, and there is no way around it");
	}

	private static boolean hasWayAround(HikariDataSource pool) {
		return DatabaseTarget.ofPool(pool) == DatabaseTarget.POSTGRESQL;
	}

	@Override
	public boolean isPossible() {
		HikariDataSource candidate = this.pool.get();
		return hasWayAround(candidate) || candidate.getHikariPoolMXBean() != null;
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
