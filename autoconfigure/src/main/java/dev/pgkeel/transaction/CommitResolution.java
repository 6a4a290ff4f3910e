package dev.pgkeel.transaction;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;

import dev.pgkeel.lease.CommitGuard;
import dev.pgkeel.lease.LeasedConnection;
import dev.pgkeel.server.Preflight;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

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
	public void commit(Connection connection, LeasedConnection handle) throws SQLException {
		Attempt attempt = attempt(handle);
		if (attempt == null && !this.always) {
			commitPlainly(connection, handle);
			return;
		}
		if (attempt != null) {
			attempt.reachCommit();
		}
		// The pool closes what it sees lost, in a statement whose failure nobody heeded
		// say
		if (connection.isClosed()) {
			throw RolledBackInCommit.before(null);
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
			if (resolve && SqlStates.answered(ex)) {
				throw unknown(handle, (transaction != null) ? transaction.id() : null, sent,
						"the server says that it has lost a connection of its own, such as that of a foreign table",
						ex);
			}
			if (transaction != null && transaction.id() != null) {
				resolve(transaction.id(), transaction, handle, sent, ex);
			}
			else {
				throw unknown(handle, null, sent, resolve ? whyThereIsNoId(transaction) : null, ex);
			}
		}
	}

	/**
	 * Meanwhile others may commit connections of their own, in a synchronization say.
	 */
	private static @Nullable Attempt attempt(LeasedConnection handle) {
		Attempt attempt = Attempt.committing();
		return (attempt != null && TransactionConnection.is(handle)) ? attempt : null;
	}

	private static void commitPlainly(Connection connection, LeasedConnection handle) throws SQLException {
		try {
			connection.commit();
		}
		catch (SQLException ex) {
			if (SqlStates.outcomeUnknown(ex) && TransactionConnection.is(handle)) {
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
			if (connection.isClosed() || SqlStates.outcomeUnknown(ex)) {
				haveThePoolNotice(connection);
				throw RolledBackInCommit.before(ex);
			}
			throw ex;
		}
	}

	/**
	 * The identity was asked for behind the pool's back.
	 */
	private static void haveThePoolNotice(Connection lost) {
		try {
			lost.rollback();
		}
		catch (SQLException ex) {
			logger.debug("The connection is lost", ex);
		}
	}

	private void resolve(String id, TransactionIdentity transaction, LeasedConnection handle, Instant sent,
			SQLException failure) throws SQLException {
		CommitOutcome outcome = this.inquiry.ask(id, transaction);
		switch (outcome.result()) {
			case COMMITTED -> logger
				.info("The connection was lost in COMMIT at %s: transaction %s was committed".formatted(sent, id));
			case ROLLED_BACK -> throw RolledBackInCommit.in(id, failure);
			default -> throw unknown(handle, id, sent, outcome.reason(), failure);
		}
	}

	/**
	 * Transaction managers take a {@code TransactionException} for what it is, and tell
	 * synchronizations that the outcome is unknown. Who uses JDBC alone knows only its
	 * own kind.
	 */
	private static SQLException unknown(LeasedConnection handle, @Nullable String id, Instant sent,
			@Nullable String reason, SQLException failure) {
		CommitOutcomeUnknownException ex = new CommitOutcomeUnknownException(id, sent, reason, failure);
		if (TransactionConnection.is(handle)) {
			throw ex;
		}
		return new SQLException(ex.getMessage(), RESOLUTION_UNKNOWN, failure);
	}

}
