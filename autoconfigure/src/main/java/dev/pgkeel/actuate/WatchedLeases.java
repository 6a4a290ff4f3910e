package dev.pgkeel.actuate;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import dev.pgkeel.lease.LeaseDescription;
import dev.pgkeel.lease.PoolLeases;
import dev.pgkeel.server.ServerSnapshot;
import org.jspecify.annotations.Nullable;

/**
 * Brings together what the monitor saw of sessions and the leases that use them. This can
 * be told for one pool only: processes of another server have the same numbers. A lease
 * that began after the monitor looked is not what it saw.
 *
 * @param pool the leases of the pool whose server is watched, {@code null} if there are
 * none or its process ids are not known
 * @param snapshot what the monitor saw, {@code null} if it saw nothing
 * @param age how old that is
 * @since 0.1.0
 */
public record WatchedLeases(@Nullable PoolLeases pool, @Nullable ServerSnapshot snapshot, Duration age) {

	/**
	 * Returns the process that serves a lease.
	 * @param leases its pool
	 * @param lease the lease
	 * @return the process id, {@code null} if it is not known
	 */
	public @Nullable Integer pid(PoolLeases leases, LeaseDescription lease) {
		return (leases == this.pool && lease.pid() != 0) ? lease.pid() : null;
	}

	List<Integer> blockedBy(PoolLeases leases, LeaseDescription lease) {
		return (leases == this.pool && this.snapshot != null && wasSeen(lease)) ? this.snapshot.blockedBy(lease.pid())
				: List.of();
	}

	private boolean wasSeen(LeaseDescription lease) {
		return lease.heldFor().compareTo(this.age) >= 0;
	}

	/**
	 * Returns the leases that the monitor saw.
	 * @return the leases by process
	 */
	public Map<Integer, LeaseDescription> byPid() {
		Map<Integer, LeaseDescription> leases = new HashMap<>();
		if (this.pool != null) {
			this.pool.held().stream().filter(this::wasSeen).forEach((lease) -> leases.put(lease.pid(), lease));
		}
		leases.remove(0);
		return leases;
	}

}
