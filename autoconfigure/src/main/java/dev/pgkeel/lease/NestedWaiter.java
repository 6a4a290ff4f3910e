package dev.pgkeel.lease;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

import org.jspecify.annotations.Nullable;

/**
 * A thread that waits for a connection of a pool of which it holds some already. It waits
 * in HikariCP's queue and keeps its place there, so the only way to tell it to give up is
 * to interrupt it. That happens at most once, and only while it waits; the mark is taken
 * off before it goes on.
 */
final class NestedWaiter {

	private static final int WAITING = 0;

	private static final int BEING_REFUSED = 1;

	private static final int REFUSED = 2;

	private static final int DONE = 3;

	private static final VarHandle STATE;

	static {
		try {
			STATE = MethodHandles.lookup().findVarHandle(NestedWaiter.class, "state", int.class);
		}
		catch (ReflectiveOperationException ex) {
			throw new ExceptionInInitializerError(ex);
		}
	}

	private final Thread thread = Thread.currentThread();

	private final int depth;

	private final Lease outer;

	private final @Nullable CallSite inner;

	private final long since = System.nanoTime();

	private volatile int state;

	private volatile boolean reported;

	/**
	 * Creates a waiter for this thread.
	 * @param depth how many connections it needs at the same time
	 * @param outer the youngest lease that it holds
	 * @param inner the line that borrows now, {@code null} if it is not recorded
	 */
	NestedWaiter(int depth, Lease outer, @Nullable CallSite inner) {
		this.depth = depth;
		this.outer = outer;
		this.inner = inner;
	}

	Thread thread() {
		return this.thread;
	}

	long since() {
		return this.since;
	}

	/**
	 * Tells the thread to wait no more. A thread that somebody else has interrupted gives
	 * up by itself, and keeps that mark.
	 * @return whether it was told
	 */
	boolean refuse() {
		if (this.thread.isInterrupted() || !STATE.compareAndSet(this, WAITING, BEING_REFUSED)) {
			return false;
		}
		this.thread.interrupt();
		this.state = REFUSED;
		return true;
	}

	boolean isRefused() {
		return this.state == BEING_REFUSED || this.state == REFUSED;
	}

	/**
	 * Ends the wait, and takes our mark off. Called once by the thread itself, which may
	 * have got a connection all the same.
	 */
	void end() {
		if (STATE.compareAndSet(this, WAITING, DONE)) {
			return;
		}
		while (this.state == BEING_REFUSED) {
			Thread.yield();
		}
		Thread.interrupted();
	}

	/**
	 * Notes that somebody was told that the thread would have been refused.
	 */
	void report() {
		this.reported = true;
	}

	boolean isReported() {
		return this.reported;
	}

	/**
	 * Returns what the thread is to be told.
	 */
	NestedConnectionException refusal(BarePool pool) {
		int size = pool.maximumPoolSize();
		String message = pool.name() + " - no connection can ever be returned: "
				+ ((size == 1) ? "the pool's only one is held by this thread"
						: "all " + size + " are held by threads that wait for another one of this pool")
				+ ". This thread borrowed its own " + Times.text(this.outer.heldFor()) + " ago"
				+ CallSite.inBrackets(this.outer.callSite()) + " and wants another one"
				+ CallSite.inBrackets(this.inner) + ": refused, so that the others can go on. With T threads"
				+ " that do so, the pool needs T x (" + this.depth
				+ " - 1) + 1 connections. Return the first connection before, or raise"
				+ " spring.datasource.hikari.maximum-pool-size.";
		return new NestedConnectionException(message, text(this.outer.callSite()), text(this.inner));
	}

	private static @Nullable String text(@Nullable CallSite callSite) {
		return (callSite != null) ? callSite.toString() : null;
	}

}
