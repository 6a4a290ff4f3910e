package dev.pgkeel.server;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.ReentrantLock;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * A connection kept beside the pool, so that there still is one when the pool or the
 * server is full. It only reads, gives up soon, and is never a second one. Not for use
 * through a pooler, where its settings would reach others.
 *
 * @since 0.1.0
 */
public final class Sentinel implements MonitorConnection {

	private static final Log logger = LogFactory.getLog(Sentinel.class);

	/**
	 * What its session is for.
	 */
	static final String PURPOSE = "monitor";

	private static final String QUERY_CANCELED = "57014";

	private static final String LOCK_NOT_AVAILABLE = "55P03";

	private static final Executor SAME_THREAD = Runnable::run;

	/**
	 * A session that its settings, or the role's, would end must not leave the monitor
	 * blind: so there is no limit to being idle.
	 */
	private static final String SETTINGS = "select pg_catalog.set_config('application_name', ?, false),"
			+ " pg_catalog.set_config('statement_timeout', ?, false), pg_catalog.set_config('lock_timeout', ?, false),"
			+ " pg_catalog.set_config('default_transaction_read_only', 'on', false),"
			+ " pg_catalog.set_config('idle_session_timeout', '0', false),"
			+ " pg_catalog.set_config('idle_in_transaction_session_timeout', ?, false)";

	private final PoolerProbe.ConnectionSource source;

	private final String applicationName;

	private final Duration timeout;

	/**
	 * Lets the application close while an answer is awaited.
	 */
	private final ReentrantLock lock = new ReentrantLock();

	private volatile @Nullable Connection connection;

	/**
	 * By {@link System#nanoTime()}.
	 */
	private long openedAt;

	/**
	 * Creates a sentinel, which does not connect yet.
	 * @param source opens a connection to the server itself
	 * @param instance this instance of the application
	 * @param timeout how long the server may take to answer
	 */
	public Sentinel(PoolerProbe.ConnectionSource source, ApplicationInstance instance, Duration timeout) {
		this.source = source;
		this.applicationName = instance.named(PURPOSE).applicationName();
		this.timeout = timeout;
	}

	@Override
	public <T> T use(Work<T> work) throws SQLException {
		this.lock.lock();
		try {
			return work.on(connection());
		}
		catch (SQLException ex) {
			// A full server may have no slot for another session
			if (!isOnlyLate(ex)) {
				close();
			}
			throw ex;
		}
		finally {
			this.lock.unlock();
		}
	}

	/**
	 * Returns whether the server has ended a question that took too long, or waited for a
	 * lock, and has kept the session.
	 */
	private static boolean isOnlyLate(SQLException failure) {
		return QUERY_CANCELED.equals(failure.getSQLState()) || LOCK_NOT_AVAILABLE.equals(failure.getSQLState());
	}

	private Connection connection() throws SQLException {
		Connection current = this.connection;
		if (current != null) {
			return current;
		}
		Connection opened = this.source.open();
		try {
			prepare(opened);
		}
		catch (SQLException | RuntimeException ex) {
			opened.close();
			throw ex;
		}
		this.connection = opened;
		this.openedAt = System.nanoTime();
		return opened;
	}

	private void prepare(Connection opened) throws SQLException {
		opened.setNetworkTimeout(SAME_THREAD, (int) this.timeout.plusSeconds(1).toMillis());
		if (!opened.getAutoCommit()) {
			opened.setAutoCommit(true);
		}
		String millis = String.valueOf(this.timeout.toMillis());
		try (PreparedStatement statement = opened.prepareStatement(SETTINGS)) {
			statement.setString(1, this.applicationName);
			statement.setString(2, millis);
			statement.setString(3, millis);
			statement.setString(4, millis);
			statement.execute();
		}
	}

	/**
	 * The old one ends first, so that there are never two. If no new one can be opened
	 * now, the next use tries, and tells.
	 */
	@Override
	public void renew(Duration lifetime) {
		this.lock.lock();
		try {
			if (this.connection != null && System.nanoTime() - this.openedAt >= lifetime.toNanos()) {
				close();
				connection();
			}
		}
		catch (SQLException ex) {
			logger.debug("The monitor's session could not be made anew yet", ex);
		}
		finally {
			this.lock.unlock();
		}
	}

	@Override
	public boolean isDedicated() {
		return true;
	}

	@Override
	public boolean isOpen() {
		return this.connection != null;
	}

	@Override
	public void close() {
		Connection current = this.connection;
		this.connection = null;
		if (current != null) {
			try {
				current.close();
			}
			catch (SQLException ex) {
				// It is gone already
			}
		}
	}

}
