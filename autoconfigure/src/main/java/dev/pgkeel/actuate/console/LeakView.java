package dev.pgkeel.actuate.console;

import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;

import dev.pgkeel.lease.ConnectionLeakEvent;
import dev.pgkeel.lease.PoolLeases;
import dev.pgkeel.lease.RecentLeak;
import org.jspecify.annotations.Nullable;

/**
 * A leak.
 *
 * @param at when it was found, in milliseconds since 1970
 * @param kind reclaimed, proven or suspected
 * @param pool the pool's name
 * @param holder the thread that borrowed the connection
 * @param heldMs how long it had been out
 * @param callSite the line that borrowed it, {@code null} if it was not recorded
 * @since 0.1.0
 */
public record LeakView(long at, String kind, String pool, String holder, long heldMs, @Nullable String callSite) {

	private static final int MOST = 20;

	static List<LeakView> of(Map<String, PoolLeases> pools) {
		return pools.values()
			.stream()
			.flatMap((pool) -> pool.recentLeaks().stream())
			.map(LeakView::of)
			.sorted(Comparator.comparingLong(LeakView::at).reversed())
			.limit(MOST)
			.toList();
	}

	private static LeakView of(RecentLeak recent) {
		ConnectionLeakEvent leak = recent.leak();
		return new LeakView(recent.at().toEpochMilli(), leak.kind().name().toLowerCase(Locale.ROOT), leak.pool(),
				leak.holder(), leak.heldFor().toMillis(), leak.callSite());
	}

}
