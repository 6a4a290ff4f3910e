package dev.pgkeel.lease;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReferenceArray;

import org.jspecify.annotations.Nullable;

/**
 * The open leases of a pool, in chains by holder. It never locks: a lease is put in front
 * of its chain, and one that has ended is left out when somebody comes along. So a chain
 * holds no more than the leases that were open at the same time.
 */
final class LeaseRegistry {

	private static final int CHAIN_BITS = 6;

	/**
	 * References per cache line, so that two threads do not share one.
	 */
	private static final int STRIDE = 16;

	private static final long GOLDEN_RATIO = 0x9E3779B97F4A7C15L;

	private final AtomicReferenceArray<@Nullable Lease> chains = new AtomicReferenceArray<>(STRIDE << CHAIN_BITS);

	void add(Lease lease) {
		int index = index(lease.holderId());
		while (true) {
			Lease first = this.chains.get(index);
			if (first != null) {
				lease.next = open(first);
			}
			if (this.chains.compareAndSet(index, first, lease)) {
				return;
			}
		}
	}

	/**
	 * Leaves out a lease that has ended, and others that have.
	 */
	void remove(Lease ended) {
		int index = index(ended.holderId());
		if (this.chains.get(index) == ended && this.chains.compareAndSet(index, ended, open(ended.next))) {
			return;
		}
		// A lease that has ended may be linked again by a thread that looked before,
		// never
		// the other way round
		for (Lease lease = this.chains.get(index); lease != null; lease = lease.next) {
			lease.next = open(lease.next);
		}
	}

	private static @Nullable Lease open(@Nullable Lease lease) {
		Lease first = lease;
		while (first != null && !first.isOpen()) {
			first = first.next;
		}
		return first;
	}

	/**
	 * Returns a lease that a thread holds.
	 * @param holder the thread
	 * @return the youngest of its leases, {@code null} if it has none
	 */
	@Nullable Lease heldBy(Thread holder) {
		Lease lease = this.chains.get(index(holder.getId()));
		while (lease != null && !(lease.holder() == holder && lease.isOpen())) {
			lease = lease.next;
		}
		return lease;
	}

	/**
	 * Returns all open leases.
	 * @return the leases, in no particular order
	 */
	List<Lease> open() {
		List<Lease> leases = new ArrayList<>();
		for (int index = 0; index < this.chains.length(); index += STRIDE) {
			for (Lease lease = this.chains.get(index); lease != null; lease = lease.next) {
				if (lease.isOpen()) {
					leases.add(lease);
				}
			}
		}
		return leases;
	}

	/**
	 * Has open leases refer no more to threads that have ended.
	 */
	void forgetEnded() {
		open().forEach(Lease::forgetEnded);
	}

	private static int index(long holderId) {
		return (int) ((holderId * GOLDEN_RATIO) >>> (Long.SIZE - CHAIN_BITS)) * STRIDE;
	}

}
