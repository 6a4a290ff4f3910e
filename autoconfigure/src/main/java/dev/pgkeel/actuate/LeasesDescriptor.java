package dev.pgkeel.actuate;

import java.util.List;

import dev.pgkeel.lease.LeakCounters;
import dev.pgkeel.lease.LeaseDescription;
import dev.pgkeel.lease.PoolLeases;
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
 * @since 0.1.0
 */
public record LeasesDescriptor(List<LeaseDescriptor> held, long leaksProven, long leaksReclaimed, long leaksSuspected,
		long nestedRefused) {

	static LeasesDescriptor of(PoolLeases leases) {
		LeakCounters counters = leases.counters();
		return new LeasesDescriptor(leases.held().stream().map(LeaseDescriptor::of).toList(), counters.proven(),
				counters.reclaimed(), counters.suspected(), counters.nestedRefused());
	}

	/**
	 * One lease.
	 *
	 * @param holder the name of the thread that borrowed the connection
	 * @param heldForMs for how long it has been out, in milliseconds
	 * @param callSite the line of code that borrowed it, {@code null} if it was not
	 * recorded
	 * @param session what its session did when the server was asked last
	 * @param leak {@code proven}, {@code suspected} or {@code null}
	 */
	public record LeaseDescriptor(String holder, long heldForMs, @Nullable String callSite, String session,
			@Nullable String leak) {

		static LeaseDescriptor of(LeaseDescription lease) {
			return new LeaseDescriptor(lease.holder(), lease.heldFor().toMillis(), lease.callSite(), lease.session(),
					lease.leak());
		}

	}

}
