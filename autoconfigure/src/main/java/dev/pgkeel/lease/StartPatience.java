package dev.pgkeel.lease;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

import dev.pgkeel.server.RefusalReason;

/**
 * Has a pool's first connection wait for a session of ours, where the server has room for
 * one: without pgkeel that room would have been the pool's.
 */
final class StartPatience {

	private static final Duration PATIENCE = Duration.ofSeconds(2);

	/**
	 * HikariCP logs each attempt that fails.
	 */
	private static final Duration PAUSE = Duration.ofMillis(500);

	private volatile BooleanSupplier giveWay = () -> false;

	private volatile long lookedAt = System.nanoTime();

	/**
	 * Has a session of ours given up when the server has no room for the pool's first.
	 * @param giveWay gives it up, and returns whether there was one a moment ago
	 */
	void giveWay(BooleanSupplier giveWay) {
		this.giveWay = giveWay;
	}

	/**
	 * Notes that a session which came to look at the server has ended.
	 */
	void looked() {
		this.lookedAt = System.nanoTime();
	}

	/**
	 * Starts a pool that failed to start.
	 * @param failure what it failed with
	 * @param pool borrows from the pool, which starts it
	 * @param started whether it was started, and goes on by itself
	 * @return its connection
	 * @throws SQLException if it fails again, or there is nothing to wait for
	 */
	Connection retry(SQLException failure, Borrow pool, BooleanSupplier started) throws SQLException {
		SQLException last = failure;
		long start = System.nanoTime();
		while (!started.getAsBoolean() && RefusalReason.of(last) != null
				&& System.nanoTime() - start < PATIENCE.toNanos() && roomIsMade(start)) {
			try {
				TimeUnit.MILLISECONDS.sleep(PAUSE.toMillis());
				return pool.borrow();
			}
			catch (InterruptedException ex) {
				Thread.currentThread().interrupt();
				throw last;
			}
			catch (SQLException ex) {
				last = ex;
			}
		}
		throw last;
	}

	private boolean roomIsMade(long start) {
		boolean gaveWay = this.giveWay.getAsBoolean();
		return gaveWay || start - this.lookedAt < PATIENCE.toNanos();
	}

	/**
	 * Borrows a connection.
	 */
	@FunctionalInterface
	interface Borrow {

		Connection borrow() throws SQLException;

	}

}
