package dev.pgkeel.actuate.console;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

import dev.pgkeel.actuate.WatchedLeases;
import dev.pgkeel.lease.LeaseDescription;
import dev.pgkeel.lease.PoolLeases;
import org.jspecify.annotations.Nullable;

/**
 * Who holds the pools' connections.
 *
 * @param held the leases, longest first
 * @param more how many were left out
 * @param reclaimed how many leaked connections came back since the start
 * @since 0.1.0
 */
public record LeasesView(List<LeaseView> held, int more, long reclaimed) {

	private static final int MOST = 100;

	static LeasesView of(Map<String, PoolLeases> pools, WatchedLeases watched, Transactions transactions) {
		List<LeaseView> held = new ArrayList<>();
		long reclaimed = 0;
		for (PoolLeases pool : pools.values()) {
			pool.held()
				.forEach((lease) -> held.add(LeaseView.of(pool.pool(), watched.pid(pool, lease), lease, transactions)));
			reclaimed += pool.counters().reclaimed();
		}
		held.sort(Comparator.comparingLong(LeaseView::heldMs).reversed());
		return new LeasesView(List.copyOf(held.subList(0, Math.min(MOST, held.size()))),
				Math.max(0, held.size() - MOST), reclaimed);
	}

	/**
	 * One lease.
	 *
	 * @param pool the pool's name
	 * @param pid the process that serves the session
	 * @param heldMs for how long it has been out, in milliseconds
	 * @param transaction the transaction's name
	 * @param holder the thread that borrowed the connection
	 * @param callSite the line that borrowed it
	 * @param session what the session did when the server was asked last
	 * @param leak {@code proven}, {@code suspected} or {@code null}
	 */
	public record LeaseView(String pool, @Nullable Integer pid, long heldMs, @Nullable String transaction,
			String holder, @Nullable String callSite, String session, @Nullable String leak) {

		static LeaseView of(String pool, @Nullable Integer pid, LeaseDescription lease, Transactions transactions) {
			return new LeaseView(pool, pid, lease.heldFor().toMillis(), transactions.of(lease.holderId()),
					lease.holder(), lease.callSite(), lease.session(), lease.leak());
		}

	}

}
