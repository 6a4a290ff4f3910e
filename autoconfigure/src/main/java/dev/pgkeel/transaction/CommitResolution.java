package dev.pgkeel.transaction;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;

import dev.pgkeel.lease.CommitGuard;
import dev.pgkeel.server.Preflight;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import org.springframework.transaction.support.TransactionSynchronizationManager;

/**
 * Commits the transactions of one pool, and finds out what became of one whose connection
 * was lost in COMMIT, where that is asked for. This is done where the connection commits,
 * so that transaction managers, JPA and their synchronizations see what is true. Safe for
 * use by several threads.
 *
 * @since 0.1.0
 */
public final class CommitResolution implements CommitGuard {

	private static final Log logger = LogFactory.getLog(CommitResolution.class);

	/**
	 * Standard SQL's "transaction resolution unknown".
	 */
	private static final String RESOLUTION_UNKNOWN = "08007";

	private final boolean always;

	private final CommitInquiry inquiry;

	private final Clock clock;

	private volatile boolean available = true;

	/**
	 * Creates a resolution.
	 * @param preflight the way to the pool's server beside the pool
	 * @param always whether all transactions are resolved, and not only those of
	 * templates that ask for it
	 * @param patience how long to ask
	 * @param clock tells when COMMIT was sent
	 */
	public CommitResolution(Preflight preflight, boolean always, Duration patience, Clock clock) {
		this.always = always;
		this.inquiry = new CommitInquiry(preflight, patience);
		this.clock = clock;
	}

	@Override
	public void commit(Connection connection) throws SQLException {
		Attempt attempt = Attempt.committing();
		if (attempt == null && !this.always) {
			commitPlainly(connection);
			return;
		}
		if (attempt != null) {
			attempt.reachCommit();
		}
		boolean resolve = this.always || (attempt != null && attempt.resolvesCommit());
		TransactionIdentity transaction = resolve ? identify(connection) : null;
		Instant sent = this.clock.instant();
		try {
			connection.commit();
		}
		catch (SQLException ex) {
			if (!SqlStates.outcomeUnknown(ex)) {
				throw ex;
			}
			if (transaction != null && transaction.id() != null) {
				resolve(transaction.id(), transaction, sent, ex);
			}
			else {
				throw unknown(null, sent, resolve ? whyThereIsNoId(transaction) : null, ex);
			}
		}
	}

	private static void commitPlainly(Connection connection) throws SQLException {
		try {
			connection.commit();
		}
		catch (SQLException ex) {
			if (SqlStates.outcomeUnknown(ex)) {
				LostCommit.note();
			}
			throw ex;
		}
	}

	private static String whyThereIsNoId(@Nullable TransactionIdentity transaction) {
		return (transaction != null) ? "it changed no row, so it has no id" : "its id was not to be had";
	}

	/**
	 * A connection that is lost here has not sent COMMIT. A transaction that only reads
	 * has no id.
	 */
	private @Nullable TransactionIdentity identify(Connection connection) throws SQLException {
		try {
			if (!this.available || connection.isReadOnly() || !TransactionIdentity.canBeRead(connection)) {
				return null;
			}
			return TransactionIdentity.read(connection);
		}
		catch (TransactionIdentity.UnavailableException ex) {
			this.available = false;
			logger
				.warn("What becomes of transactions whose connection is lost in COMMIT cannot be found out: the server"
						+ " does not tell their identity", ex.getCause());
			return null;
		}
		catch (SQLException ex) {
			throw (connection.isClosed() || SqlStates.outcomeUnknown(ex)) ? RolledBackInCommit.before(ex) : ex;
		}
	}

	private void resolve(String id, TransactionIdentity transaction, Instant sent, SQLException failure)
			throws SQLException {
		CommitOutcome outcome = this.inquiry.ask(id, transaction);
		switch (outcome.result()) {
			case COMMITTED -> logger
				.info("The connection was lost in COMMIT at %s: transaction %s was committed".formatted(sent, id));
			case ROLLED_BACK -> throw RolledBackInCommit.in(id, failure);
			default -> throw unknown(id, sent, outcome.reason(), failure);
		}
	}

	/**
	 * Transaction managers take a {@code TransactionException} for what it is, and tell
	 * synchronizations that the outcome is unknown. Who uses JDBC alone knows only its
	 * own kind.
	 */
	private static SQLException unknown(@Nullable String id, Instant sent, @Nullable String reason,
			SQLException failure) {
		CommitOutcomeUnknownException ex = new CommitOutcomeUnknownException(id, sent, reason, failure);
		if (TransactionSynchronizationManager.isActualTransactionActive()) {
			throw ex;
		}
		return new SQLException(ex.getMessage(), RESOLUTION_UNKNOWN, failure);
	}

}
