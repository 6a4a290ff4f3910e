package dev.pgkeel.actuate.console;

import java.time.Clock;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

import dev.pgkeel.lease.ConnectionLeakEvent;
import org.jspecify.annotations.Nullable;

/**
 * The last leaks, of which there is an event and nothing else. Safe for use by several
 * threads.
 *
 * @since 0.1.0
 */
public final class RecentLeaks {

	private static final int MOST = 20;

	private final Clock clock;

	private final Deque<LeakView> leaks = new ArrayDeque<>();

	/**
	 * Creates an empty list.
	 * @param clock tells the time
	 */
	public RecentLeaks(Clock clock) {
		this.clock = clock;
	}

	/**
	 * Adds a leak.
	 * @param event the event that tells of it
	 */
	public synchronized void add(ConnectionLeakEvent event) {
		this.leaks.addFirst(LeakView.of(event, this.clock.instant()));
		if (this.leaks.size() > MOST) {
			this.leaks.removeLast();
		}
	}

	synchronized List<LeakView> latestFirst() {
		return List.copyOf(this.leaks);
	}

	/**
	 * A leak.
	 *
	 * @param at when it was found, in milliseconds since 1970
	 * @param kind reclaimed, proven or suspected
	 * @param pool the pool's name
	 * @param holder the thread that borrowed the connection
	 * @param heldMs how long it had been out
	 * @param callSite the line that borrowed it, {@code null} if it was not recorded
	 */
	public record LeakView(long at, String kind, String pool, String holder, long heldMs, @Nullable String callSite) {

		static LeakView of(ConnectionLeakEvent event, Instant at) {
			return new LeakView(at.toEpochMilli(), event.kind().name().toLowerCase(java.util.Locale.ROOT), event.pool(),
					event.holder(), event.heldFor().toMillis(), event.callSite());
		}

	}

}
