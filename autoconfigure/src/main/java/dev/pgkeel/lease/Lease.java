package dev.pgkeel.lease;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.lang.ref.ReferenceQueue;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLNonTransientConnectionException;
import java.time.Duration;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;

/**
 * One borrow of a connection: who, since when, from where in the code. It refers weakly
 * to the handle and strongly to HikariCP's connection. Closing, evicting and reclaiming
 * race for its state, and only who changes it from open touches HikariCP's connection.
 * Others than the holder lock it for what must not meet the next borrower.
 */
final class Lease extends LeaseThreads {

	private static final int OPEN = 0;

	private static final int LOCKED = 1;

	private static final int CLOSED = 2;

	private static final int EVICTED = 3;

	private static final int RECLAIMED = 4;

	private static final VarHandle STATE;

	static {
		try {
			STATE = MethodHandles.lookup().findVarHandle(Lease.class, "state", int.class);
		}
		catch (ReflectiveOperationException ex) {
			throw new ExceptionInInitializerError(ex);
		}
	}

	private final Connection proxy;

	private final @Nullable CallSite callSite;

	private final LeaseRegistry registry;

	private final long since = System.nanoTime();

	private volatile int state;

	private volatile boolean unwrapped;

	private volatile boolean suspected;

	private volatile boolean proven;

	private byte collections;

	private @Nullable ClosingActions whenClosed;

	/**
	 * The next lease of the registry's chain.
	 */
	volatile @Nullable Lease next;

	Lease(GuardedConnection handle, ReferenceQueue<GuardedConnection> queue, Connection proxy, Thread holder,
			@Nullable CallSite callSite, LeaseRegistry registry) {
		super(handle, queue, holder);
		this.proxy = proxy;
		this.callSite = callSite;
		this.registry = registry;
	}

	Connection proxy() {
		return this.proxy;
	}

	@Nullable CallSite callSite() {
		return this.callSite;
	}

	Duration heldFor() {
		return Duration.ofNanos(System.nanoTime() - this.since);
	}

	/**
	 * Notes who uses the connection. Called by each method of a delegate.
	 */
	void use() throws SQLException {
		if (this.state == RECLAIMED) {
			throw new SQLNonTransientConnectionException("This connection was reclaimed: its handle had become"
					+ " unreachable without having been closed. It was borrowed by " + Holders.name(holder())
					+ ((this.callSite != null) ? " at " + this.callSite : "")
					+ ". Code that runs when the garbage collector has found its object, such as a finalizer, is too"
					+ " late to use it", "08003");
		}
		usedBy(Thread.currentThread());
	}

	/**
	 * Takes the lease out of the rule that an unreachable handle is a leak: the caller is
	 * given an object of the driver, which does not keep the handle reachable.
	 */
	void unwrapped() {
		this.unwrapped = true;
	}

	boolean isUnwrapped() {
		return this.unwrapped;
	}

	boolean isOpen() {
		return this.state <= LOCKED;
	}

	boolean isReclaimed() {
		return this.state == RECLAIMED;
	}

	/**
	 * Ends the lease because the handle is closed. Waits for who has locked it.
	 * @return whether HikariCP's connection is to be closed
	 */
	boolean close() {
		if (!end(CLOSED) && !closeUnlocked()) {
			return false;
		}
		ClosingActions actions = this.whenClosed;
		if (actions != null && holder() == Thread.currentThread()) {
			actions.run();
		}
		return true;
	}

	/**
	 * An evicted handle is still there to be closed.
	 */
	private synchronized boolean closeUnlocked() {
		return end(CLOSED) || STATE.compareAndSet(this, EVICTED, CLOSED);
	}

	/**
	 * Adds what to do when the holder closes the handle: only then is it certain that the
	 * holder still had it. Called by the holder.
	 */
	void whenClosed(String key, Runnable action) {
		ClosingActions actions = this.whenClosed;
		if (actions == null) {
			actions = new ClosingActions();
			this.whenClosed = actions;
		}
		actions.add(key, action);
	}

	/**
	 * Ends the lease because its connection is evicted. The handle is still there to be
	 * closed, which waits for the eviction.
	 * @param eviction evicts HikariCP's connection, and is called only if the lease is
	 * open
	 */
	synchronized void evict(Consumer<Connection> eviction) {
		if (!STATE.compareAndSet(this, OPEN, LOCKED)) {
			return;
		}
		try {
			eviction.accept(this.proxy);
		}
		finally {
			this.state = EVICTED;
			this.registry.remove(this);
		}
	}

	/**
	 * Cancels the statement that runs, unless the lease has ended. The holder who gives
	 * the connection back meanwhile waits, so that the next borrower's statement is not
	 * met.
	 */
	synchronized void cancelStatement() throws SQLException {
		if (!STATE.compareAndSet(this, OPEN, LOCKED)) {
			return;
		}
		try {
			this.proxy.unwrap(PGConnection.class).cancelQuery();
		}
		finally {
			this.state = OPEN;
		}
	}

	/**
	 * Ends the lease because nobody else can.
	 */
	boolean reclaim() {
		return end(RECLAIMED);
	}

	private boolean end(int end) {
		if (!STATE.compareAndSet(this, OPEN, end)) {
			return false;
		}
		this.registry.remove(this);
		return true;
	}

	/**
	 * Notes that the lease is suspected to be a leak.
	 * @return whether it was not yet
	 */
	boolean suspect() {
		boolean first = !this.suspected;
		this.suspected = true;
		return first;
	}

	boolean isSuspected() {
		return this.suspected;
	}

	/**
	 * Notes that the lease is a leak which is only reported.
	 */
	void prove() {
		this.proven = true;
	}

	boolean isProven() {
		return this.proven;
	}

	/**
	 * Returns how many collections were asked for because of this lease. Only who looks
	 * for leaks asks and counts.
	 */
	int collections() {
		return this.collections;
	}

	void countCollection() {
		if (this.collections < Byte.MAX_VALUE) {
			this.collections++;
		}
	}

	/**
	 * Returns the process that serves the session.
	 * @return the process id as the driver was told, which behind a pooler is not real, 0
	 * if it is not known
	 */
	int backendPid() {
		try {
			return this.proxy.unwrap(PGConnection.class).getBackendPID();
		}
		// HikariCP 7.0.2 looks twice at what a close in the meantime replaces
		catch (SQLException | ClassCastException ex) {
			return 0;
		}
	}

}
