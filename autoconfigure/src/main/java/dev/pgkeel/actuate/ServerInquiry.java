package dev.pgkeel.actuate;

import java.sql.Connection;
import java.sql.SQLException;

import javax.sql.DataSource;

import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.HikariPoolMXBean;
import dev.pgkeel.lease.GuardedDataSource;
import dev.pgkeel.lease.PoolLeases;
import dev.pgkeel.server.DatabaseTarget;
import dev.pgkeel.server.KnownServer;
import dev.pgkeel.server.KnownServers;
import dev.pgkeel.server.Pooler;
import dev.pgkeel.server.Preflight;
import dev.pgkeel.server.ServerFacts;
import org.jspecify.annotations.Nullable;

import org.springframework.jdbc.datasource.lookup.AbstractRoutingDataSource;

/**
 * Asks the server for its facts through the pool, but never makes a busy pool busier: the
 * last answer stands then. Safe for use by several threads.
 *
 * @since 0.1.0
 */
public final class ServerInquiry {

	private final DataSource dataSource;

	private final @Nullable KnownServers servers;

	private volatile @Nullable ServerFacts lastKnown;

	/**
	 * Creates an inquiry.
	 * @param dataSource the application's data source
	 * @param servers what is known from the start, {@code null} if the pool's defaults
	 * are switched off
	 */
	public ServerInquiry(DataSource dataSource, @Nullable KnownServers servers) {
		this.dataSource = dataSource;
		this.servers = servers;
	}

	/**
	 * Returns what was learned at the start.
	 * @return the server, {@code null} if it has not answered yet
	 */
	public @Nullable KnownServer known() {
		HikariDataSource pool = DatabaseTarget.pool(this.dataSource);
		return (pool != null && this.servers != null) ? this.servers.get(pool) : null;
	}

	/**
	 * Returns the pool's leases.
	 * @return the leases, {@code null} if there are none, or if it is not known which
	 * processes serve them, as behind a pooler
	 */
	public @Nullable PoolLeases leases() {
		KnownServer known = known();
		return (known != null && known.pooler() == Pooler.DIRECT
				&& DatabaseTarget.pool(this.dataSource) instanceof GuardedDataSource guarded) ? guarded.leases() : null;
	}

	/**
	 * Asks the server, unless all connections of the pool are in use.
	 * @return the answer
	 * @throws SQLException if the server cannot be asked
	 */
	ServerAnswer ask() throws SQLException {
		if (isBusy()) {
			return ServerAnswer.notAsked(lastKnown());
		}
		try (Connection connection = this.dataSource.getConnection()) {
			if (Preflight.isPostgres(connection)) {
				this.lastKnown = ServerFacts.read(connection);
			}
			return new ServerAnswer(ServerAnswer.ANSWERED, this.lastKnown);
		}
		catch (SQLException ex) {
			// Taken by others in the meantime, which HikariCP tells by the missing cause
			if (isBusy() && ex.getCause() == null) {
				return ServerAnswer.notAsked(lastKnown());
			}
			throw ex;
		}
	}

	/**
	 * Returns what is known without asking.
	 */
	@Nullable ServerFacts lastKnown() {
		ServerFacts facts = this.lastKnown;
		KnownServer known = known();
		return (facts == null && known != null) ? known.facts() : facts;
	}

	/**
	 * Tells whether the data source chooses another one for each connection.
	 */
	boolean routes() {
		try {
			return this.dataSource.isWrapperFor(AbstractRoutingDataSource.class);
		}
		catch (SQLException | RuntimeException ex) {
			return false;
		}
	}

	private boolean isBusy() {
		HikariDataSource pool = DatabaseTarget.pool(this.dataSource);
		HikariPoolMXBean figures = (pool != null) ? pool.getHikariPoolMXBean() : null;
		return pool != null && figures != null && figures.getIdleConnections() == 0
				&& figures.getTotalConnections() >= pool.getMaximumPoolSize();
	}

	/**
	 * Returns the pool's figures.
	 * @return the figures, or {@code null} if there is no running HikariCP pool
	 */
	@Nullable PoolFigures pool() {
		HikariDataSource pool = DatabaseTarget.pool(this.dataSource);
		HikariPoolMXBean figures = (pool != null) ? pool.getHikariPoolMXBean() : null;
		return (pool != null && figures != null) ? new PoolFigures(figures.getActiveConnections(),
				figures.getIdleConnections(), figures.getThreadsAwaitingConnection(), pool.getMaximumPoolSize()) : null;
	}

	/**
	 * What the server said.
	 *
	 * @param state whether it answered
	 * @param facts its facts, {@code null} if they are not known
	 */
	record ServerAnswer(String state, @Nullable ServerFacts facts) {

		static final String ANSWERED = "answered";

		static ServerAnswer notAsked(@Nullable ServerFacts lastKnown) {
			return new ServerAnswer("not asked: all connections of the pool are in use", lastKnown);
		}

		boolean isFresh() {
			return this.state.equals(ANSWERED);
		}

	}

	/**
	 * A pool's figures.
	 *
	 * @param active connections in use
	 * @param idle connections not in use
	 * @param pending threads that wait for a connection
	 * @param max the maximum of connections
	 */
	public record PoolFigures(int active, int idle, int pending, int max) {

	}

}
