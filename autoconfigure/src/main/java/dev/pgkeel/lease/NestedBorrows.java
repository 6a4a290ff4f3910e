package dev.pgkeel.lease;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * Lends to threads that hold a connection of the pool already, and says that this can end
 * in a deadlock.
 */
final class NestedBorrows {

	private static final Log logger = LogFactory.getLog(NestedBorrows.class);

	private static final List<String> MIGRATION_TOOLS = List.of("org.flywaydb.", "liquibase.");

	private static final int MAXIMUM_REPORTS = 1000;

	private final BarePool pool;

	private final LeaseRegistry registry;

	private final CallSiteCapture capture;

	private final LeakCounters counters;

	private final LeakWatch watch;

	private final DeadlockWatch deadlocks;

	private final Set<String> reported = new HashSet<>();

	NestedBorrows(BarePool pool, LeaseRegistry registry, CallSiteCapture capture, LeakCounters counters,
			LeakWatch watch, DeadlockWatch deadlocks) {
		this.pool = pool;
		this.registry = registry;
		this.capture = capture;
		this.counters = counters;
		this.watch = watch;
		this.deadlocks = deadlocks;
	}

	/**
	 * Borrows a connection. It waits as long as any other borrower, in HikariCP's own
	 * queue, unless it is refused.
	 * @param borrower this thread
	 * @param outer the youngest lease that it holds
	 * @return the connection that HikariCP lends
	 * @throws NestedConnectionException if it was refused
	 * @throws SQLException if there is none
	 */
	Connection borrow(Thread borrower, Lease outer) throws SQLException {
		CallSite inner = this.capture.ofUnusualBorrow();
		int depth = 1 + (int) this.registry.open().stream().filter((lease) -> lease.holder() == borrower).count();
		String key = ((outer.callSite() != null) ? "known > " : "unknown > ") + inner;
		if (isToBeReported(key)) {
			outer.whenClosed(key, () -> warn(key, depth, outer.callSite(), inner));
		}
		NestedWaiter waiter = new NestedWaiter(depth, outer, inner);
		this.deadlocks.add(waiter);
		try {
			return this.watch.borrow();
		}
		catch (SQLException ex) {
			if (waiter.isRefused()) {
				this.counters.countNestedRefused();
				throw waiter.refusal(this.pool);
			}
			throw ex;
		}
		finally {
			this.deadlocks.remove(waiter);
			waiter.end();
		}
	}

	/**
	 * Told once per line that borrows, and once more when the other line is known: a line
	 * that many come by has one cause.
	 */
	private void warn(String key, int depth, @Nullable CallSite outer, @Nullable CallSite inner) {
		synchronized (this.reported) {
			if (!isToBeReported(key)) {
				return;
			}
			this.reported.add(key);
		}
		if (isOfMigrationTool(inner)) {
			logger.debug(this.pool.name() + " - a migration borrows a connection beside its first"
					+ CallSite.inBrackets(inner));
			return;
		}
		this.capture.arm(System.nanoTime());
		int size = this.pool.maximumPoolSize();
		int safeThreads = (size - 1) / (depth - 1);
		logger.warn(this.pool.name() + " - a thread that holds " + connections(depth - 1) + CallSite.inBrackets(outer)
				+ " borrows another one" + CallSite.inBrackets(inner)
				+ ". With T threads that do so at the same time, the pool needs" + " T x (" + depth
				+ " - 1) + 1 connections, or they may wait for each other: its " + size + " are enough for "
				+ ((safeThreads == 1) ? "1 thread" : safeThreads + " threads")
				+ ". Return the first connection before, or raise spring.datasource.hikari.maximum-pool-size.");
	}

	private boolean isToBeReported(String key) {
		synchronized (this.reported) {
			return this.reported.size() < MAXIMUM_REPORTS && !this.reported.contains(key);
		}
	}

	/**
	 * These migrate in one thread, and mean to.
	 */
	private static boolean isOfMigrationTool(@Nullable CallSite inner) {
		return inner != null && MIGRATION_TOOLS.stream().anyMatch(inner.frame().getClassName()::startsWith);
	}

	private static String connections(int number) {
		return (number == 1) ? "a connection" : number + " connections";
	}

}
