package dev.pgkeel.lease;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;

import dev.pgkeel.PgkeelMode;
import dev.pgkeel.server.SessionState;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * Lends to threads that hold a connection of the pool already. If every holder is such a
 * thread and waits, none will ever return anything, and one of them is refused.
 */
final class NestedBorrows {

	private static final Log logger = LogFactory.getLog(NestedBorrows.class);

	private static final int MAXIMUM_PAIRS = 1000;

	private final BarePool pool;

	private final PgkeelMode mode;

	private final LeaseRegistry registry;

	private final LeaseSessions sessions;

	private final CallSiteCapture capture;

	private final LeakCounters counters;

	private final LeakWatch watch;

	private final ReentrantLock deciding = new ReentrantLock();

	private final Set<String> reported = new HashSet<>();

	NestedBorrows(BarePool pool, PgkeelMode mode, LeaseRegistry registry, LeaseSessions sessions,
			CallSiteCapture capture, LeakCounters counters, LeakWatch watch) {
		this.pool = pool;
		this.mode = mode;
		this.registry = registry;
		this.sessions = sessions;
		this.capture = capture;
		this.counters = counters;
		this.watch = watch;
	}

	Connection borrow(Thread borrower, Lease outer) throws SQLException {
		CallSite inner = this.capture.ofUnusualBorrow();
		List<Lease> own = this.registry.open().stream().filter((lease) -> lease.holder() == borrower).toList();
		outer.whenClosed(() -> warn(own.size() + 1, outer.callSite(), inner));
		own.forEach((lease) -> lease.holderWaits(true));
		try {
			return borrow(own, outer, inner);
		}
		finally {
			own.forEach((lease) -> lease.holderWaits(false));
		}
	}

	private Connection borrow(List<Lease> own, Lease outer, @Nullable CallSite inner) throws SQLException {
		long start = System.nanoTime();
		boolean told = false;
		while (true) {
			Duration left = this.pool.patience().minusNanos(System.nanoTime() - start);
			boolean last = left.compareTo(LeakWatch.STARVED_AFTER) <= 0;
			try {
				return this.pool.borrow(last ? atLeastOneMilli(left) : LeakWatch.STARVED_AFTER);
			}
			catch (SQLTransientConnectionException ex) {
				if (last) {
					throw ex;
				}
				this.watch.look();
				if (!told && isDeadlock(own)) {
					NestedConnectionException refusal = refusal(own, outer, inner);
					if (this.mode == PgkeelMode.ENFORCE) {
						this.counters.countNestedRefused();
						throw refusal;
					}
					logger.warn("Would have refused a nested borrow: " + refusal.getMessage());
					told = true;
				}
			}
		}
	}

	private static Duration atLeastOneMilli(Duration left) {
		return (left.toMillis() > 0) ? left : Duration.ofMillis(1);
	}

	/**
	 * Decides for one borrower at a time: once it does not wait any more, the others need
	 * not be refused.
	 */
	private boolean isDeadlock(List<Lease> own) {
		if (!allHoldersWait(this.registry.open(), null) || !this.watch.areAllInUse()) {
			return false;
		}
		Map<Lease, SessionState> states = this.sessions.ask(this.registry.open());
		this.deciding.lock();
		try {
			boolean deadlock = allHoldersWait(this.registry.open(), states);
			if (deadlock && this.mode == PgkeelMode.ENFORCE) {
				own.forEach((lease) -> lease.holderWaits(false));
			}
			return deadlock;
		}
		finally {
			this.deciding.unlock();
		}
	}

	private boolean allHoldersWait(List<Lease> leases, @Nullable Map<Lease, SessionState> states) {
		return leases.size() >= this.pool.maximumPoolSize() && leases.stream()
			.allMatch((lease) -> lease.holderWaits() && lease.lastUser() == lease.holder()
					&& (states == null || doesNothing(lease, states.get(lease))));
	}

	/**
	 * A thread that waits runs no statement through its handle; through an object of the
	 * driver, another one may.
	 */
	private static boolean doesNothing(Lease lease, @Nullable SessionState session) {
		return (session != null && session.state() != null) ? session.isIdle() : !lease.isUnwrapped();
	}

	private void warn(int depth, @Nullable CallSite outer, @Nullable CallSite inner) {
		synchronized (this.reported) {
			if (this.reported.size() >= MAXIMUM_PAIRS || !this.reported.add(outer + " > " + inner)) {
				return;
			}
		}
		this.capture.arm(System.nanoTime());
		int size = this.pool.maximumPoolSize();
		int safeThreads = (size - 1) / (depth - 1);
		logger.warn(this.pool.name() + " - a thread that holds " + connections(depth - 1) + describe(outer)
				+ " borrows another one" + describe(inner)
				+ ". With T threads that do so at the same time, the pool needs" + " T x (" + depth
				+ " - 1) + 1 connections, or they may wait for each other: its " + size + " are enough for "
				+ ((safeThreads == 1) ? "1 thread" : safeThreads + " threads")
				+ ". Return the first connection before, or raise spring.datasource.hikari.maximum-pool-size.");
	}

	private static String connections(int number) {
		return (number == 1) ? "a connection" : number + " connections";
	}

	private static String describe(@Nullable CallSite callSite) {
		return (callSite != null) ? " (" + callSite + ")" : "";
	}

	private NestedConnectionException refusal(List<Lease> own, Lease outer, @Nullable CallSite inner) {
		int depth = own.size() + 1;
		int size = this.pool.maximumPoolSize();
		String message = this.pool.name() + " - no connection can ever be returned: "
				+ ((size == 1) ? "the pool's only one is held by this thread"
						: "all " + size + " are held by threads that wait for another one of this pool")
				+ ". This thread borrowed its own " + Times.text(outer.heldFor()) + " ago" + describe(outer.callSite())
				+ " and wants another one" + describe(inner) + ": refused, so that the others can go on. With T threads"
				+ " that do so, the pool needs T x (" + depth
				+ " - 1) + 1 connections. Return the first connection before, or raise"
				+ " spring.datasource.hikari.maximum-pool-size.";
		return new NestedConnectionException(message, text(outer.callSite()), text(inner));
	}

	private static @Nullable String text(@Nullable CallSite callSite) {
		return (callSite != null) ? callSite.toString() : null;
	}

}
