package dev.pgkeel.transaction;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Objects;
import java.util.function.Consumer;

import javax.sql.DataSource;

import dev.pgkeel.server.DatabaseTarget;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import org.springframework.dao.QueryTimeoutException;
import org.springframework.jdbc.datasource.ConnectionHolder;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/**
 * Holds transactions with a timeout to it as a whole: in a statement, idle and in COMMIT,
 * whoever runs the statements. The server is told the limit too. A transaction inside
 * another ends no later than that one. A transaction without a limit costs neither a
 * round trip nor a task. Safe for use by several threads.
 */
final class TransactionLimits {

	private static final Log logger = LogFactory.getLog(TransactionLimits.class);

	/**
	 * The server ends the session, so it comes second: a cancelled statement keeps it.
	 */
	private static final Duration SERVER_GRACE = Duration.ofMillis(500);

	private final DeadlineClock clock;

	private final @Nullable ServerLimit server;

	private final @Nullable Consumer<Deadline> observer;

	/**
	 * Creates limits.
	 * @param serverSide whether the server is told
	 * @param observe whether expired limits are only reported
	 * @param clock wakes the limits up
	 */
	TransactionLimits(boolean serverSide, boolean observe, DeadlineClock clock) {
		this.clock = clock;
		this.server = (serverSide && !observe) ? new ServerLimit() : null;
		this.observer = observe ? new ExpiryReport() : null;
	}

	/**
	 * Refuses to begin a transaction inside one that has expired. This is the only place
	 * where Spring 7.0 leaves nothing behind when a listener throws.
	 */
	static void beforeBegin(@Nullable RunningTransaction outer) {
		Deadline around = deadline(outer);
		if (around != null && around.isExpired()) {
			throw TimeoutFailure.of(around.describe() + ". No other transaction begins inside it");
		}
	}

	// Spring 7.0 does not end the transaction when this throws
	void afterBegin(RunningTransaction transaction) {
		ConnectionHolder holder = transaction.connection();
		Deadline around = deadline(transaction.outer());
		if (holder == null || !(holder.hasTimeout() || around != null)) {
			return;
		}
		try {
			begin(transaction, holder, around);
		}
		catch (SQLException | RuntimeException ex) {
			logger.warn(transaction.title() + " may outlast its limit on the server, which could not be told", ex);
		}
	}

	private static @Nullable Deadline deadline(@Nullable RunningTransaction transaction) {
		Deadline deadline = null;
		for (RunningTransaction each = transaction; each != null; each = each.outer()) {
			Deadline other = each.deadline();
			if (other != null && !other.isEnded()
					&& (deadline == null || other.remaining().compareTo(deadline.remaining()) < 0)) {
				deadline = other;
			}
		}
		return deadline;
	}

	private void begin(RunningTransaction transaction, ConnectionHolder holder, @Nullable Deadline around)
			throws SQLException {
		Duration own = holder.hasTimeout() ? left(holder) : null;
		Duration left = (around != null) ? around.remaining() : null;
		boolean inherited = left != null && (own == null || left.compareTo(own) < 0);
		limit(transaction, holder, inherited ? left : own, inherited);
	}

	/**
	 * The holder itself throws once its time is over, which may be so from the beginning.
	 */
	private static Duration left(ConnectionHolder holder) {
		long end = Objects.requireNonNull(holder.getDeadline()).getTime();
		return Duration.ofMillis(Math.max(0, end - System.currentTimeMillis()));
	}

	/**
	 * Reports it when a transaction takes longer than the limit that it would have.
	 */
	void observe(RunningTransaction transaction, Duration limit) {
		ConnectionHolder holder = transaction.connection();
		if (this.observer != null && holder != null && transaction.deadline() == null) {
			try {
				limit(transaction, holder, limit, false);
			}
			catch (SQLException | RuntimeException ex) {
				logger.debug(transaction.title() + " cannot be observed", ex);
			}
		}
	}

	private void limit(RunningTransaction transaction, ConnectionHolder holder, @Nullable Duration limit,
			boolean inherited) throws SQLException {
		Connection connection = transaction.fetchedConnection();
		if (limit == null || !isPostgres(transaction, connection)) {
			return;
		}
		if (inherited && this.observer == null) {
			holder.setTimeoutInMillis(Math.max(1, limit.toMillis()));
		}
		Deadline deadline = new Deadline(transaction, limit, inherited, this.clock, this.observer);
		transaction.limitTo(deadline);
		if (TransactionSynchronizationManager.isSynchronizationActive()) {
			TransactionSynchronizationManager.registerSynchronization(deadline);
		}
		deadline.start();
		if (this.server != null && connection != null) {
			this.server.tell(Objects.requireNonNullElse(transaction.connectionKey(), this), connection,
					limit.isNegative() ? SERVER_GRACE : limit.plus(SERVER_GRACE));
		}
	}

	/**
	 * Of a connection that is not fetched yet only the data source can tell. Where it
	 * does not, such as one that routes, Spring's own timeout is all there is.
	 */
	private static boolean isPostgres(RunningTransaction transaction, @Nullable Connection connection)
			throws SQLException {
		if (connection != null) {
			return "PostgreSQL".equals(connection.getMetaData().getDatabaseProductName());
		}
		return transaction.connectionKey() instanceof DataSource dataSource && switch (DatabaseTarget.of(dataSource)) {
			case POSTGRESQL, WRAPPED_POSTGRESQL -> true;
			case UNKNOWN, OTHER -> false;
		};
	}

	/**
	 * Refuses the commit of an expired transaction. Not with a
	 * {@code TransactionException}: Spring 7.0 takes that for a failed COMMIT and does
	 * not roll back.
	 */
	static void beforeCommit(RunningTransaction transaction) {
		Deadline deadline = transaction.deadline();
		if (deadline != null && deadline.isExpired()) {
			throw new QueryTimeoutException(deadline.describe());
		}
	}

	static void end(RunningTransaction transaction) {
		Deadline deadline = transaction.deadline();
		if (deadline != null) {
			deadline.end();
		}
		transaction.finish();
	}

	/**
	 * Reports limits that would have ended a transaction.
	 */
	private static final class ExpiryReport implements Consumer<Deadline> {

		private final ReportThrottle throttle = new ReportThrottle();

		@Override
		public void accept(Deadline deadline) {
			if (this.throttle.admits(deadline.title())) {
				logger.warn("Would have been cancelled: " + deadline.describe());
			}
		}

	}

}
