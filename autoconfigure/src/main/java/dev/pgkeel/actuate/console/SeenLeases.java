package dev.pgkeel.actuate.console;

import java.util.HashMap;
import java.util.Map;

import dev.pgkeel.actuate.WatchedLeases;
import dev.pgkeel.actuate.console.LeasesView.LeaseView;
import dev.pgkeel.lease.PoolLeases;
import org.jspecify.annotations.Nullable;

/**
 * The leases that the monitor saw, by the processes of their sessions.
 *
 * @param byPid the leases
 */
record SeenLeases(Map<Integer, LeaseView> byPid) {

	static SeenLeases of(WatchedLeases watched, Transactions transactions) {
		Map<Integer, LeaseView> byPid = new HashMap<>();
		PoolLeases pool = watched.pool();
		if (pool == null) {
			return new SeenLeases(byPid);
		}
		watched.byPid().forEach((pid, lease) -> byPid.put(pid, LeaseView.of(pool.pool(), pid, lease, transactions)));
		return new SeenLeases(byPid);
	}

	@Nullable LeaseView get(int pid) {
		return this.byPid.get(pid);
	}

}
