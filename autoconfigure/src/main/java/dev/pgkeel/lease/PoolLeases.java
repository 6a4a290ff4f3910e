package dev.pgkeel.lease;

import java.lang.ref.ReferenceQueue;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.time.Clock;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

import dev.pgkeel.server.DatabaseTarget;
import dev.pgkeel.server.Preflight;
import dev.pgkeel.server.QueryingSessionProbe;
import dev.pgkeel.server.Refusals;
import dev.pgkeel.server.SeenSession;
import dev.pgkeel.server.SessionProbe;
import dev.pgkeel.server.SessionState;
import org.jspecify.annotations.Nullable;

/**
 * The leases of one pool: lends its connections, and shows who holds them. Safe for use
 * by several threads.
 *
 * @since 0.1.0
 */
public final class PoolLeases {

	private static final int ANSWER_MILLIS = 3000;

	private final BarePool pool;

	private final LeaseRegistry registry = new LeaseRegistry();

	private final ReferenceQueue<GuardedConnection> unreachable = new ReferenceQueue<>();

	private final LeakCounters counters = new LeakCounters();

	private final LeakHistory history;

	private final @Nullable LeakEvents events;

	private final CallSiteCapture capture;

	private final LeaseSessions sessions;

	private final SuspectWatch suspects;

	private final NestedBorrows nested;

	private final Exhaustion exhaustion;

	private volatile Refusals refusals = new Refusals();

	private final LeakWatch watch;

	private volatile @Nullable CommitGuard commits;

	PoolLeases(BarePool pool, LeakSettings settings, Preflight preflight, Consumer<ConnectionLeakEvent> listener) {
		this.pool = pool;
		this.capture = new CallSiteCapture(settings.capture());
		this.sessions = new LeaseSessions(new QueryingSessionProbe(() -> connect(pool, preflight)));
		this.events = settings.background() ? new LeakEvents(pool, listener) : null;
		this.history = new LeakHistory((this.events != null) ? this.events : listener, Clock.systemUTC());
		LeakReporter reporter = new LeakReporter(pool, this.capture, this.history, System::nanoTime);
		LeakDetector detector = new LeakDetector(pool, settings.mode(), this.unreachable, this.counters, reporter);
		StarvedPool starvation = new StarvedPool(pool, settings.collectWhenStarved(), this.registry, detector,
				this.sessions, this.counters);
		DeadlockWatch deadlocks = new DeadlockWatch(pool, settings.mode(), this.registry, this.sessions, starvation);
		this.suspects = new SuspectWatch(settings.suspectAfter(), this.sessions, this.counters, reporter,
				System::nanoTime);
		this.watch = new LeakWatch(pool, settings.background(), this.registry, detector, this.suspects, starvation,
				deadlocks, this.capture);
		this.nested = new NestedBorrows(pool, this.registry, this.capture, this.counters, this.watch, deadlocks);
		this.exhaustion = new Exhaustion(pool, this::held);
	}

	/**
	 * A starved pool has no connection to ask with, and one that is suspended lets nobody
	 * in, for however long (HikariCP 7.0.2). A statement's own timeout does not wake up
	 * who reads from a network that has fallen silent, and would keep the search from
	 * going on; the pool gives a connection its own again.
	 */
	static Connection connect(BarePool pool, Preflight preflight) throws SQLException {
		if (pool.isRunning() && pool.idle() > 0) {
			Connection idle = pool.borrow(Duration.ofMillis(250));
			try {
				idle.setNetworkTimeout(Runnable::run, ANSWER_MILLIS);
				return idle;
			}
			catch (SQLException | RuntimeException ex) {
				idle.close();
				throw ex;
			}
		}
		if (preflight.target() != DatabaseTarget.POSTGRESQL) {
			throw new SQLTransientConnectionException(pool.name() + " - no way to the server beside the pool");
		}
		return preflight.connectAsPool();
	}

	Connection lend() throws SQLException {
		Thread borrower = Thread.currentThread();
		Lease outer = this.registry.heldBy(borrower);
		Connection proxy;
		try {
			proxy = (outer != null) ? this.nested.borrow(borrower, outer) : this.watch.borrow();
		}
		catch (NestedConnectionException ex) {
			throw ex;
		}
		catch (SQLTransientConnectionException ex) {
			throw explained(ex);
		}
		catch (SQLException ex) {
			// A pool that cannot start says what the server said
			this.refusals.borrowFailed(ex);
			throw ex;
		}
		GuardedConnection handle = null;
		try {
			handle = new GuardedConnection(proxy, borrower, this.capture.ofBorrow(), this.registry, this.unreachable);
			handle.guard = this.commits;
			this.registry.add(handle.lease);
			this.watch.ensureStarted();
			return handle;
		}
		catch (RuntimeException | Error ex) {
			Connection opened = (handle != null) ? handle : proxy;
			opened.close();
			throw ex;
		}
	}

	/**
	 * The caller is told the same if it cannot be explained. Who still waits when the
	 * pool is closed gets no connection for that reason, which HikariCP does not say.
	 */
	private SQLTransientConnectionException explained(SQLTransientConnectionException timeout) {
		if (this.pool.isClosed()) {
			return timeout;
		}
		try {
			this.refusals.borrowTimedOut(timeout);
			return this.exhaustion.explain(timeout);
		}
		catch (RuntimeException ex) {
			timeout.addSuppressed(ex);
			return timeout;
		}
	}

	/**
	 * Has the sessions asked for in another way.
	 * @param probe asks the server
	 */
	public void probeWith(SessionProbe probe) {
		this.sessions.probeWith(probe);
	}

	/**
	 * Asks the server for how long the session that a thread holds has been idle in its
	 * transaction.
	 * @param holder the thread
	 * @return the time, zero if the session runs a statement, {@code null} if the server
	 * does not tell or if the thread does not hold exactly one connection
	 */
	public @Nullable Duration idleInTransaction(Thread holder) {
		List<Lease> open = this.registry.open();
		List<Lease> held = open.stream().filter((lease) -> lease.holder() == holder).toList();
		SessionState session = (held.size() == 1) ? this.sessions.ask(open).get(held.get(0)) : null;
		if (session == null || session.state() == null) {
			return null;
		}
		return session.isIdle() ? session.unchangedFor() : Duration.ZERO;
	}

	/**
	 * Has borrows that timed out counted by others too.
	 * @param others the counters
	 */
	public void countWith(Refusals others) {
		this.refusals = others;
	}

	/**
	 * Has connections committed in another way.
	 * @param guard commits
	 */
	public void commitWith(CommitGuard guard) {
		this.commits = guard;
	}

	/**
	 * Returns whether connections are committed by a guard.
	 * @return whether there is one
	 */
	public boolean guardsCommits() {
		return this.commits != null;
	}

	/**
	 * Returns the pool's name.
	 * @return the name, or that of its bean while it has none
	 */
	public String pool() {
		return this.pool.name();
	}

	/**
	 * Returns who holds connections. Nobody is asked for it.
	 * @return the leases, longest first
	 */
	public List<LeaseDescription> held() {
		return this.registry.open()
			.stream()
			.map(this::describe)
			.sorted(Comparator.comparing(LeaseDescription::heldFor).reversed())
			.toList();
	}

	private LeaseDescription describe(Lease lease) {
		CallSite callSite = lease.callSite();
		String leak = lease.isProven() ? "proven" : (this.suspects.isSuspect(lease) ? "suspected" : null);
		return new LeaseDescription(lease.backendPid(), Holders.name(lease.holder()), lease.holderId(), lease.heldFor(),
				(callSite != null) ? callSite.toString() : null, LeaseSessions.describe(this.sessions.lastState(lease)),
				leak);
	}

	/**
	 * Starts a look at the leases' sessions by somebody who asks the server anyway.
	 * @return the processes to look at, as the driver was told
	 */
	public Set<Integer> watch() {
		return this.sessions.watch(this.registry.open());
	}

	/**
	 * Ends that look.
	 * @param seen what was seen, by process
	 */
	public void seen(Map<Integer, SeenSession> seen) {
		this.sessions.seen(seen);
	}

	/**
	 * Returns the last leaks that were found.
	 * @return at most 20, the latest first
	 */
	public List<RecentLeak> recentLeaks() {
		return this.history.leaks();
	}

	/**
	 * Returns what the holder of a lease does now.
	 * @param pid the process that serves the session, as the driver was told
	 * @return the holder's stack, empty if the thread has ended, {@code null} if there is
	 * no such lease
	 */
	public @Nullable List<StackTraceElement> holderStack(int pid) {
		return this.registry.open()
			.stream()
			.filter((lease) -> lease.backendPid() == pid)
			.findFirst()
			.map((lease) -> List.of(lease.holder().getStackTrace()))
			.orElse(null);
	}

	/**
	 * Returns for how long the longest lease has been held.
	 * @return the time, zero if no connection is out
	 */
	public Duration longestHeld() {
		return this.registry.open().stream().map(Lease::heldFor).max(Comparator.naturalOrder()).orElse(Duration.ZERO);
	}

	/**
	 * Returns what was counted.
	 * @return the counters
	 */
	public LeakCounters counters() {
		return this.counters;
	}

	void stop() {
		this.watch.stop();
		if (this.events != null) {
			this.events.stop();
		}
	}

}
