package dev.pgkeel.server;

import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The monitor's connection, for one thread at a time: there never is a second one. Safe
 * for use by several threads.
 */
final class ExclusiveConnection {

	/**
	 * Who asks about sessions may have borrowers that wait for the answer.
	 */
	private static final Duration PATIENCE = Duration.ofMillis(500);

	private final MonitorConnection connection;

	private final ReentrantLock lock = new ReentrantLock();

	ExclusiveConnection(MonitorConnection connection) {
		this.connection = connection;
	}

	/**
	 * Waits for its turn, and has the connection until {@link #release()}.
	 */
	void acquire() {
		this.lock.lock();
	}

	boolean tryAcquire() {
		return this.lock.tryLock();
	}

	void release() {
		this.lock.unlock();
	}

	/**
	 * Uses the connection, which the thread has.
	 */
	<T> T use(MonitorConnection.Work<T> work) throws SQLException {
		return this.connection.use(work);
	}

	/**
	 * Uses the connection if it can be had soon.
	 * @throws SQLException if it cannot, or the work fails
	 */
	<T> T useSoon(MonitorConnection.Work<T> work) throws SQLException {
		if (!acquireSoon()) {
			throw new SQLTransientConnectionException("The monitor cannot ask now");
		}
		try {
			return this.connection.use(work);
		}
		finally {
			release();
		}
	}

	private boolean acquireSoon() {
		try {
			return this.lock.tryLock(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			return false;
		}
	}

	/**
	 * Returns whether there is a session now, or somebody opens one.
	 */
	boolean isInUse() {
		return this.connection.isOpen() || this.lock.isLocked();
	}

	/**
	 * Gives up the session, if whoever uses it ends soon.
	 */
	void giveUp() {
		if (acquireSoon()) {
			try {
				this.connection.close();
			}
			finally {
				release();
			}
		}
	}

	boolean isPossible() {
		return this.connection.isPossible();
	}

	boolean isDedicated() {
		return this.connection.isDedicated();
	}

	void renew(Duration lifetime) {
		this.connection.renew(lifetime);
	}

	/**
	 * Closes the connection, and does not wait for who uses it.
	 */
	void close() {
		this.connection.close();
	}

}
