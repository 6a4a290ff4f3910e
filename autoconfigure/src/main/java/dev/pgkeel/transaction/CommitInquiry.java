package dev.pgkeel.transaction;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

import dev.pgkeel.server.Preflight;

/**
 * Asks the server over a connection of its own what became of a transaction. Safe for use
 * by several threads.
 */
final class CommitInquiry {

	/**
	 * When a server is lost, all connections of a pool may be lost at once.
	 */
	private static final int CONNECTIONS = 2;

	private static final long SHORTEST_PAUSE_MILLIS = 5;

	private static final long LONGEST_PAUSE_MILLIS = 200;

	private final Preflight preflight;

	private final Duration patience;

	private final Semaphore connections = new Semaphore(CONNECTIONS);

	/**
	 * Creates an inquiry.
	 * @param preflight the way to the server beside the pool
	 * @param patience how long to wait for a server that tells
	 */
	CommitInquiry(Preflight preflight, Duration patience) {
		this.preflight = preflight;
		this.patience = patience;
	}

	/**
	 * Asks until the server tells, or patience ends. An interrupt waits until then: the
	 * driver takes one for a lost connection, which may be why there is something to ask.
	 */
	CommitOutcome ask(String id, TransactionIdentity transaction) {
		long end = System.nanoTime() + this.patience.toNanos();
		long pauseMillis = SHORTEST_PAUSE_MILLIS;
		boolean interrupted = Thread.interrupted();
		CommitOutcome outcome = CommitOutcome.notYet("too many others asked too");
		while (outcome.result() == CommitOutcome.Result.NOT_YET && System.nanoTime() < end) {
			try {
				if (this.connections.tryAcquire(end - System.nanoTime(), TimeUnit.NANOSECONDS)) {
					outcome = askOnce(id, transaction, end);
					if (outcome.result() == CommitOutcome.Result.NOT_YET) {
						Thread.sleep(pauseMillis);
						pauseMillis = Math.min(pauseMillis * 2, LONGEST_PAUSE_MILLIS);
					}
				}
			}
			catch (InterruptedException ex) {
				interrupted = true;
			}
		}
		if (interrupted) {
			Thread.currentThread().interrupt();
		}
		return outcome;
	}

	private CommitOutcome askOnce(String id, TransactionIdentity transaction, long end) {
		try (Connection connection = this.preflight.connectBare()) {
			connection.setNetworkTimeout(Runnable::run,
					(int) Math.max(1000, TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime())));
			TransactionIdentity.History history = transaction.history();
			TransactionIdentity.History found = TransactionIdentity.History.read(connection);
			if (found.standby()) {
				return CommitOutcome.notYet("the server that answers is a standby");
			}
			if (!found.equals(history)) {
				return CommitOutcome.undecidable(
						"the server that answers is another one, or was promoted: system %s, timeline %s, not %s, %s"
							.formatted(found.system(), found.timeline(), history.system(), history.timeline()));
			}
			CommitOutcome outcome = CommitOutcome.of(status(connection, id));
			return (outcome.result() == CommitOutcome.Result.COMMITTED && mayHaveCrashed(connection, transaction))
					? CommitOutcome.undecidable("the server may have crashed since, and have given its id anew")
					: outcome;
		}
		catch (SQLException ex) {
			return SqlStates.outOfRange(ex) ? CommitOutcome.undecidable("the server does not know it yet")
					: CommitOutcome.notYet("no server could be asked: " + ex.getMessage());
		}
		finally {
			this.connections.release();
		}
	}

	/**
	 * An id is not kept by a crash before anything of its transaction is on disk, and
	 * then given to another one. Recovery, as every PostgreSQL from 14 to 18 does it,
	 * throws the server's statistics away, and says since when it has new ones; after a
	 * proper shutdown it goes on with the old. Who resets them by hand, and a server that
	 * does not show them, is taken for one that crashed.
	 */
	private static boolean mayHaveCrashed(Connection connection, TransactionIdentity transaction) throws SQLException {
		try (PreparedStatement statement = connection
			.prepareStatement("select coalesce(stats_reset >= pg_catalog.to_timestamp(?), true)"
					+ " from pg_catalog.pg_stat_bgwriter")) {
			statement.setDouble(1, transaction.readAt());
			try (ResultSet row = statement.executeQuery()) {
				row.next();
				return row.getBoolean(1);
			}
		}
		catch (SQLException ex) {
			if (SqlStates.unavailable(ex)) {
				return true;
			}
			throw ex;
		}
	}

	private static String status(Connection connection, String id) throws SQLException {
		try (PreparedStatement statement = connection
			.prepareStatement("select coalesce(pg_catalog.pg_xact_status(?::xid8), 'forgotten')")) {
			statement.setString(1, id);
			try (ResultSet row = statement.executeQuery()) {
				row.next();
				return row.getString(1);
			}
		}
	}

}
