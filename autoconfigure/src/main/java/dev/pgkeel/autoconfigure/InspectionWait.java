package dev.pgkeel.autoconfigure;

import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

/**
 * The wait for the first look at a server, for as long as a borrower of the pool waits.
 * Safe for use by several threads.
 */
final class InspectionWait {

	private static final Log logger = LogFactory.getLog(PoolInspector.class);

	private static final Duration PATIENCE = Duration.ofSeconds(5);

	private final String poolName;

	private final Future<?> attempt;

	private final long deadline = System.nanoTime() + PATIENCE.toNanos();

	private volatile boolean over;

	InspectionWait(String poolName, Future<?> attempt) {
		this.poolName = poolName;
		this.attempt = attempt;
	}

	/**
	 * Waits, but not long.
	 * @return whether the wait is over, {@code false} if it was interrupted
	 * @throws OverBudgetException if the pool is refused
	 */
	boolean await() {
		if (this.over) {
			return true;
		}
		try {
			this.attempt.get(Math.max(0, this.deadline - System.nanoTime()), TimeUnit.NANOSECONDS);
		}
		catch (TimeoutException ex) {
			logger.warn(this.poolName + " - the server has not answered for " + PATIENCE.toSeconds()
					+ " s: the start goes on without knowing it");
		}
		catch (ExecutionException ex) {
			if (ex.getCause() instanceof OverBudgetException overBudget) {
				throw overBudget;
			}
			logger.warn(this.poolName + " - the server could not be inspected", ex.getCause());
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			return false;
		}
		this.over = true;
		return true;
	}

}
