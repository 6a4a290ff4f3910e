package dev.pgkeel.transaction;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledThreadPoolExecutor;

import javax.sql.DataSource;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import org.springframework.dao.QueryTimeoutException;
import org.springframework.jdbc.datasource.ConnectionHolder;
import org.springframework.scheduling.concurrent.CustomizableThreadFactory;
import org.springframework.transaction.TransactionExecution;
import org.springframework.transaction.TransactionExecutionListener;
import org.springframework.transaction.TransactionTimedOutException;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/**
 * Listener that holds transactions with a timeout to it as a whole: in a statement, idle
 * and in COMMIT, whoever runs the statements. The server is told the limit too, for this
 * transaction only, in one round trip. A transaction without a timeout costs neither a
 * round trip nor a task. Safe for use by several threads.
 *
 * @since 0.1.0
 */
public class TransactionLimits implements TransactionExecutionListener, AutoCloseable {

	private static final Log logger = LogFactory.getLog(TransactionLimits.class);

	/**
	 * The server ends the session, so it comes second: a cancelled statement keeps it.
	 */
	private static final Duration SERVER_GRACE = Duration.ofMillis(500);

	private final Map<TransactionExecution, Deadline> deadlines = new ConcurrentHashMap<>();

	private final boolean serverSide;

	private final ScheduledThreadPoolExecutor scheduler;

	/**
	 * Creates the listener.
	 * @param serverSide whether the server is told the limit too
	 */
	public TransactionLimits(boolean serverSide) {
		this.serverSide = serverSide;
		CustomizableThreadFactory threads = new CustomizableThreadFactory("pgkeel-transaction-");
		threads.setDaemon(true);
		this.scheduler = new ScheduledThreadPoolExecutor(1, threads);
		this.scheduler.setRemoveOnCancelPolicy(true);
	}

	// Spring 7.0 does not end the transaction when this throws
	@Override
	public void afterBegin(TransactionExecution transaction, @Nullable Throwable beginFailure) {
		if (beginFailure != null) {
			return;
		}
		try {
			ConnectionHolder holder = newHolder();
			if (holder != null) {
				begin(transaction, holder);
			}
		}
		catch (SQLException | RuntimeException ex) {
			logger.warn("Transaction '%s' may outlast its limit on the server, which could not be told"
				.formatted(transaction.getTransactionName()), ex);
		}
	}

	private @Nullable ConnectionHolder newHolder() {
		ConnectionHolder found = null;
		for (Map.Entry<Object, Object> resource : TransactionSynchronizationManager.getResourceMap().entrySet()) {
			if (resource.getKey() instanceof DataSource && resource.getValue() instanceof ConnectionHolder holder
					&& holder.hasTimeout() && isNew(holder)) {
				found = holder;
			}
		}
		return found;
	}

	private boolean isNew(ConnectionHolder holder) {
		return this.deadlines.values().stream().noneMatch((deadline) -> deadline.belongsTo(holder));
	}

	private void begin(TransactionExecution transaction, ConnectionHolder holder) throws SQLException {
		Duration limit = Duration.ofMillis(holder.getTimeToLiveInMillis());
		Connection connection = holder.getConnection();
		if (!"PostgreSQL".equals(connection.getMetaData().getDatabaseProductName())) {
			return;
		}
		Deadline deadline = new Deadline(holder, connection, limit);
		this.deadlines.put(transaction, deadline);
		if (TransactionSynchronizationManager.isSynchronizationActive()) {
			TransactionSynchronizationManager.registerSynchronization(new RefuseExpired(deadline));
		}
		deadline.start(this.scheduler);
		if (this.serverSide) {
			tellServer(connection, limit.plus(SERVER_GRACE).toMillis());
		}
	}

	private static void tellServer(Connection connection, long millis) throws SQLException {
		String sql = (connection.getMetaData().getDatabaseMajorVersion() >= 17)
				? "SET LOCAL transaction_timeout = " + millis : "SET LOCAL statement_timeout = " + millis
						+ "; SET LOCAL idle_in_transaction_session_timeout = " + millis;
		try (Statement statement = connection.createStatement()) {
			statement.execute(sql);
		}
	}

	@Override
	public void afterCommit(TransactionExecution transaction, @Nullable Throwable commitFailure) {
		end(transaction);
	}

	@Override
	public void beforeRollback(TransactionExecution transaction) {
		end(transaction);
	}

	@Override
	public void afterRollback(TransactionExecution transaction, @Nullable Throwable rollbackFailure) {
		end(transaction);
	}

	private void end(TransactionExecution transaction) {
		Deadline deadline = this.deadlines.remove(transaction);
		if (deadline != null) {
			deadline.end();
		}
	}

	@Nullable Deadline deadline(TransactionExecution transaction) {
		return this.deadlines.get(transaction);
	}

	static TransactionTimedOutException timedOut(Deadline deadline, @Nullable String name, @Nullable Throwable cause) {
		String message = "Transaction%s took %.1f s, its limit is %.1f s".formatted(
				(name != null) ? " '" + name + "'" : "", deadline.elapsed().toMillis() / 1000.0,
				deadline.limit().toMillis() / 1000.0);
		return (cause != null) ? new TransactionTimedOutException(message, cause)
				: new TransactionTimedOutException(message);
	}

	@Override
	public void close() {
		this.scheduler.shutdownNow();
	}

	/**
	 * Refuses the commit of an expired transaction. Not with a
	 * {@code TransactionException}: Spring 7.0 takes that for a failed COMMIT and does
	 * not roll back.
	 */
	private record RefuseExpired(Deadline deadline) implements TransactionSynchronization {

		@Override
		public int getOrder() {
			return HIGHEST_PRECEDENCE;
		}

		@Override
		public void beforeCommit(boolean readOnly) {
			if (this.deadline.isExpired()) {
				throw new QueryTimeoutException(String.valueOf(timedOut(this.deadline, null, null).getMessage()));
			}
		}

		@Override
		public void afterCompletion(int status) {
			this.deadline.end();
		}

	}

}
