package dev.pgkeel.lease;

import java.time.Clock;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.function.Consumer;

/**
 * Remembers the last leaks of a pool, and passes them on. Safe for use by several
 * threads.
 */
final class LeakHistory implements Consumer<ConnectionLeakEvent> {

	private static final int KEPT = 20;

	private final Consumer<ConnectionLeakEvent> listener;

	private final Clock clock;

	private final Deque<RecentLeak> leaks = new ArrayDeque<>();

	LeakHistory(Consumer<ConnectionLeakEvent> listener, Clock clock) {
		this.listener = listener;
		this.clock = clock;
	}

	@Override
	public void accept(ConnectionLeakEvent leak) {
		synchronized (this) {
			this.leaks.addFirst(new RecentLeak(this.clock.instant(), leak));
			if (this.leaks.size() > KEPT) {
				this.leaks.removeLast();
			}
		}
		this.listener.accept(leak);
	}

	/**
	 * Returns the last leaks, the latest first.
	 */
	synchronized List<RecentLeak> leaks() {
		return List.copyOf(this.leaks);
	}

}
