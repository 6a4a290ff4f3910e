package dev.pgkeel.autoconfigure;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.HikariPoolMXBean;
import dev.pgkeel.PgkeelMode;
import dev.pgkeel.server.Preflight;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

/**
 * Replaces the connections of a pool that lead to a server which only reads by now, as
 * after a failover: HikariCP would keep them until they grow old. It looks before it
 * acts. Only when a pooled connection cannot write, and a new one can, are the pooled
 * ones replaced, each when it is idle: no running transaction is touched.
 */
final class StaleConnections implements Runnable {

	private static final Log logger = LogFactory.getLog(StaleConnections.class);

	private static final String READS_ONLY = "select pg_catalog.pg_is_in_recovery()"
			+ " or pg_catalog.current_setting('default_transaction_read_only')::boolean";

	private static final long PAUSE_MILLIS = 1000;

	private final HikariDataSource pool;

	private final String poolName;

	private final PgkeelMode mode;

	private final ScheduledExecutorService executor;

	private final AtomicBoolean busy = new AtomicBoolean();

	StaleConnections(HikariDataSource pool, String poolName, PgkeelMode mode, ScheduledExecutorService executor) {
		this.pool = pool;
		this.poolName = poolName;
		this.mode = mode;
		this.executor = executor;
	}

	/**
	 * Has somebody look, at most once a second. Called by threads that use the pool.
	 */
	@Override
	public void run() {
		if (this.pool.isReadOnly() || !this.busy.compareAndSet(false, true)) {
			return;
		}
		try {
			this.executor.execute(this::lookAndPause);
		}
		catch (RejectedExecutionException ex) {
			logger.debug("The application is closing: its connections are not looked at");
		}
		catch (OutOfMemoryError ex) {
			// No thread is to be had. The caller has a failure of its own to see
			this.busy.set(false);
			logger.debug(this.poolName + " - could not find out whether its connections only read", ex);
		}
	}

	/**
	 * While the application is closing nobody is let in again: there is nothing to look
	 * at any more.
	 */
	private void lookAndPause() {
		try {
			look();
		}
		finally {
			this.executor.schedule(() -> this.busy.set(false), PAUSE_MILLIS, TimeUnit.MILLISECONDS);
		}
	}

	/**
	 * A suspended pool lets nobody in, for however long (HikariCP 7.0.2).
	 */
	private void look() {
		try {
			if (this.pool.isRunning() && pooledReadsOnly() && !newReadsOnly()) {
				replace();
			}
		}
		catch (SQLException ex) {
			logger.debug(this.poolName + " - could not find out whether its connections only read", ex);
		}
	}

	private boolean pooledReadsOnly() throws SQLException {
		try (Connection connection = this.pool.getConnection()) {
			return readsOnly(connection);
		}
	}

	private boolean newReadsOnly() throws SQLException {
		try (Connection connection = new Preflight(this.pool).connectAsPool()) {
			return readsOnly(connection);
		}
	}

	private static boolean readsOnly(Connection connection) throws SQLException {
		try (Statement statement = connection.createStatement(); ResultSet row = statement.executeQuery(READS_ONLY)) {
			row.next();
			return row.getBoolean(1);
		}
	}

	private void replace() {
		HikariPoolMXBean running = this.pool.getHikariPoolMXBean();
		if (running == null) {
			return;
		}
		String finding = this.poolName
				+ " - its connections lead to a server that only reads by now, and new ones to one" + " that writes: ";
		if (this.mode == PgkeelMode.OBSERVE) {
			logger.warn(finding + "would have replaced them");
			return;
		}
		running.softEvictConnections();
		logger.warn(finding + "replaced them");
	}

}
