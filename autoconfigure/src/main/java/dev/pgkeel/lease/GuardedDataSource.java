package dev.pgkeel.lease;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.pool.HikariPool;
import dev.pgkeel.server.Preflight;
import org.jspecify.annotations.Nullable;

import org.springframework.aop.TargetClassAware;

/**
 * A HikariCP pool that knows who holds its connections. What it lends is a handle of
 * ours, and a handle that has become unreachable without having been closed is a leak:
 * its connection is reclaimed. Otherwise it is the same pool with the same settings,
 * started by the first borrow. Safe for use by several threads.
 *
 * @since 0.1.0
 */
public class GuardedDataSource extends HikariDataSource implements TargetClassAware {

	/**
	 * How long a connection may take that only asks what the others do.
	 */
	private static final Duration QUESTION_TIMEOUT = Duration.ofSeconds(3);

	private final @Nullable PoolLeases leases;

	private volatile @Nullable BooleanSupplier beforeStart;

	private volatile boolean resized;

	private final StartPatience patience = new StartPatience();

	/**
	 * Creates a pool without leases and without settings. For those who derive a pool
	 * from another one by its class, such as Spring Boot's {@code DataSourceBuilder}.
	 */
	public GuardedDataSource() {
		this.leases = null;
	}

	private GuardedDataSource(String beanName, LeakSettings settings, Consumer<ConnectionLeakEvent> listener) {
		this.leases = new PoolLeases(new BareHikariPool(this, beanName), settings,
				new Preflight(this, null, QUESTION_TIMEOUT), listener);
	}

	/**
	 * Creates a pool with the settings of another one, which must not run and is not to
	 * be used any more.
	 * @param pool the other one
	 * @param beanName the name of its bean
	 * @param settings how leaks are looked for
	 * @param listener is told about leaks
	 * @return the pool, not running yet
	 */
	public static GuardedDataSource of(HikariDataSource pool, String beanName, LeakSettings settings,
			Consumer<ConnectionLeakEvent> listener) {
		GuardedDataSource guarded = new GuardedDataSource(beanName, settings, listener);
		pool.copyStateTo(guarded);
		return guarded;
	}

	/**
	 * Returns the class whose place this one takes, by which Spring names the pool in
	 * JMX.
	 * @return the class of a plain pool
	 */
	@Override
	public Class<?> getTargetClass() {
		return HikariDataSource.class;
	}

	/**
	 * Returns who holds connections.
	 * @return the leases, {@code null} if there are none
	 */
	public @Nullable PoolLeases leases() {
		return this.leases;
	}

	/**
	 * Has the pool wait for something before its first borrow starts it.
	 * @param wait waits, and returns whether there is no more to wait for; may be asked
	 * by several threads
	 */
	public void beforeStart(BooleanSupplier wait) {
		this.resized = false;
		this.beforeStart = wait;
	}

	/**
	 * Waits for what the first borrow has to wait for.
	 */
	public void awaitStart() {
		BooleanSupplier wait = this.beforeStart;
		if (wait != null && wait.getAsBoolean()) {
			this.beforeStart = null;
			this.patience.looked();
		}
	}

	/**
	 * Notes that a session which came to look at the server has ended.
	 */
	public void looked() {
		this.patience.looked();
	}

	/**
	 * Has a session of ours given up when the server has no room for the pool's first
	 * connection.
	 * @param giveWay gives it up, and returns whether there was one a moment ago; called
	 * by borrowers
	 */
	public void whenFull(BooleanSupplier giveWay) {
		this.patience.giveWay(giveWay);
	}

	/**
	 * Returns whether the pool was given another size since it has had something to wait
	 * for.
	 * @return whether {@link #setMaximumPoolSize} was called
	 */
	public boolean isResized() {
		return this.resized;
	}

	@Override
	public void setMaximumPoolSize(int maximumPoolSize) {
		super.setMaximumPoolSize(maximumPoolSize);
		this.resized = true;
	}

	/**
	 * Waits first, so that the copy is as the pool will be.
	 */
	@Override
	public void copyStateTo(HikariConfig other) {
		awaitStart();
		super.copyStateTo(other);
	}

	/**
	 * Borrows a connection.
	 * @return a handle of ours
	 * @throws PoolExhaustedException if none was returned in time
	 * @throws NestedConnectionException if waiting for one could not end
	 * @throws SQLException if the pool cannot start
	 */
	@Override
	public Connection getConnection() throws SQLException {
		return (this.leases != null) ? this.leases.lend() : super.getConnection();
	}

	/**
	 * Evicts a connection. One that was returned is evicted when nobody uses it, as
	 * HikariCP does.
	 * @param connection a handle of ours, or what {@code super} expects
	 */
	@Override
	public void evictConnection(Connection connection) {
		if (connection instanceof GuardedConnection handle) {
			handle.lease.evict(this::evictBare);
			if (isReturned(handle)) {
				evictBare(handle.delegate);
			}
		}
		else {
			super.evictConnection(connection);
		}
	}

	@Override
	public void close() {
		if (this.leases != null) {
			this.leases.stop();
		}
		super.close();
	}

	/**
	 * Who is interrupted while it waits fails as in HikariCP's own queue, and does not
	 * start the pool for those who go on waiting.
	 */
	Connection lendBare(String name) throws SQLException {
		awaitStart();
		if (this.beforeStart != null && Thread.currentThread().isInterrupted()) {
			throw new SQLException(name + " - Interrupted during connection acquisition");
		}
		try {
			return super.getConnection();
		}
		catch (SQLException ex) {
			if (isRunning() || isClosed()) {
				throw ex;
			}
			return this.patience.retry(ex, super::getConnection, this::isRunning);
		}
	}

	/**
	 * While a connection is being returned HikariCP cannot tell whose it is.
	 */
	private static boolean isReturned(Connection handle) {
		try {
			return handle.isClosed();
		}
		catch (SQLException ex) {
			return false;
		}
	}

	/**
	 * HikariCP 7.0.2 makes a new connection after an eviction only if fewer than
	 * {@code minimumIdle} are left, however many wait.
	 */
	void evictBare(Connection proxy) {
		super.evictConnection(proxy);
		if (getHikariPoolMXBean() instanceof HikariPool running) {
			running.addBagItem(running.getThreadsAwaitingConnection());
		}
	}

}
