package dev.pgkeel.lease;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.lang.ref.ReferenceQueue;
import java.lang.ref.WeakReference;

/**
 * The threads that have to do with a borrow: who borrowed, and who used the connection
 * last. A thread that has ended is replaced by one that only has its name, since a leaked
 * handle may be in one of its fields, or in its task.
 */
abstract class LeaseThreads extends WeakReference<GuardedConnection> {

	private static final VarHandle HOLDER;

	private static final VarHandle LAST_USER;

	static {
		try {
			MethodHandles.Lookup lookup = MethodHandles.lookup();
			HOLDER = lookup.findVarHandle(LeaseThreads.class, "holder", Thread.class);
			LAST_USER = lookup.findVarHandle(LeaseThreads.class, "lastUser", Thread.class);
		}
		catch (ReflectiveOperationException ex) {
			throw new ExceptionInInitializerError(ex);
		}
	}

	private final long holderId;

	/**
	 * Each borrow writes it, and would pay for a volatile one.
	 */
	private Thread holder;

	private Thread lastUser;

	LeaseThreads(GuardedConnection handle, ReferenceQueue<GuardedConnection> queue, Thread holder) {
		super(handle, queue);
		this.holderId = holder.getId();
		this.holder = holder;
		this.lastUser = holder;
	}

	/**
	 * Returns the number of the thread that borrowed, which stays when it has ended.
	 */
	final long holderId() {
		return this.holderId;
	}

	final Thread holder() {
		return (Thread) HOLDER.getAcquire(this);
	}

	final Thread lastUser() {
		return (Thread) LAST_USER.getAcquire(this);
	}

	/**
	 * Notes who uses the connection. Writes only what has changed.
	 */
	final void usedBy(Thread user) {
		if (this.lastUser != user) {
			this.lastUser = user;
		}
	}

	/**
	 * Refers no more to threads that have ended. A thread that waits stays referred to,
	 * even if nobody else knows it.
	 */
	final void forgetEnded() {
		forgetIfEnded(HOLDER);
		forgetIfEnded(LAST_USER);
	}

	/**
	 * Who uses the connection meanwhile is not overwritten.
	 */
	private void forgetIfEnded(VarHandle field) {
		Thread thread = (Thread) field.getAcquire(this);
		if (thread.getState() == Thread.State.TERMINATED) {
			field.compareAndSet(this, thread, new Thread(null, null, Holders.name(thread), 0, false));
		}
	}

}
