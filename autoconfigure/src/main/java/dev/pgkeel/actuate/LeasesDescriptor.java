package dev.pgkeel.actuate;

import java.util.List;
import java.util.Locale;

import dev.pgkeel.lease.ConnectionLeakEvent;
import dev.pgkeel.lease.LeakCounters;
import dev.pgkeel.lease.LeaseDescription;
import dev.pgkeel.lease.PoolLeases;
import dev.pgkeel.lease.RecentLeak;
import org.jspecify.annotations.Nullable;

/**
 * Who holds a pool's connections. What is not known is {@code null} or {@code unknown}.
 *
 * @param held the leases, longest first
 * @param leaksProven how many connections nobody could have returned any more, since the
 * start
 * @param leaksReclaimed how many of these were reclaimed
 * @param leaksSuspected how many connections were out for long and idle
 * @param nestedRefused how many nested borrows were refused because waiting could not
 * have ended
 * @param recentLeaks the last 20 leaks, the latest first
 * @since 0.1.0
 */
public record LeasesDescriptor(List<LeaseDescriptor> held, long leaksProven, long leaksReclaimed, long leaksSuspected,
		long nestedRefused, List<LeakDescriptor> recentLeaks) {

	static LeasesDescriptor of(PoolLeases leases, WatchedLeases watched) {
		LeakCounters counters = leases.counters();
		return new LeasesDescriptor(
				leases.held()
					.stream()
					.map((lease) -> LeaseDescriptor.of(lease, watched.pid(leases, lease),
							watched.blockedBy(leases, lease)))
					.toList(),
				counters.proven(), counters.reclaimed(), counters.suspected(), counters.nestedRefused(),
				leases.recentLeaks().stream().map(LeakDescriptor::of).toList());
	}

	/**
	 * One lease.
	 *
	 * @param pid the process that serves its session, {@code null} if that is not known,
	 * as behind a pooler
	 * @param holder the name of the thread that borrowed the connection
	 * @param heldForMs for how long it has been out, in milliseconds
	 * @param callSite the line of code that borrowed it, {@code null} if it was not
	 * recorded
	 * @param session what its session did when the server was asked last
	 * @param blockedBy the processes whose locks its session waits for
	 * @param leak {@code proven}, {@code suspected} or {@code null}
	 */
	public record LeaseDescriptor(@Nullable Integer pid, String holder, long heldForMs, @Nullable String callSite,
			String session, List<Integer> blockedBy, @Nullable String leak) {

		static LeaseDescriptor of(LeaseDescription lease, @Nullable Integer pid, List<Integer> blockedBy) {
			return new LeaseDescriptor(pid, lease.holder(), lease.heldFor().toMillis(), lease.callSite(),
					lease.session(), blockedBy, lease.leak());
		}

	}

	/**
	 * One leak of the past.
	 *
	 * @param at when it was found
	 * @param kind {@code reclaimed}, {@code proven} or {@code suspected}
	 * @param holder the name of the thread that had borrowed the connection
	 * @param heldForMs for how long it had been out, in milliseconds
	 * @param callSite the line of code that had borrowed it, {@code null} if it was not
	 * recorded
	 * @param session what its session did, {@code null} if nobody asked
	 */
	public record LeakDescriptor(String at, String kind, String holder, long heldForMs, @Nullable String callSite,
			@Nullable String session) {

		static LeakDescriptor of(RecentLeak recent) {
			ConnectionLeakEvent leak = recent.leak();
			return new LeakDescriptor(recent.at().toString(), leak.kind().name().toLowerCase(Locale.ROOT),
					leak.holder(), leak.heldFor().toMillis(), leak.callSite(), leak.session());
		}

	}

}
