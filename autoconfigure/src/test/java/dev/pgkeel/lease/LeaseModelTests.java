package dev.pgkeel.lease;

import java.lang.ref.ReferenceQueue;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;

import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests the model of a lease: closing, evicting and reclaiming race for one state, and
 * the registry holds exactly the open ones.
 */
class LeaseModelTests {

	private static final int ROUNDS = 20_000;

	private final LeaseRegistry registry = new LeaseRegistry();

	private final ReferenceQueue<GuardedConnection> queue = new ReferenceQueue<>();

	@Test
	void onlyOneEndsALease() throws Exception {
		ExecutorService threads = Executors.newFixedThreadPool(3);
		CyclicBarrier start = new CyclicBarrier(3);
		List<Lease> leases = new ArrayList<>();
		List<GuardedConnection> handles = new ArrayList<>();
		for (int round = 0; round < ROUNDS; round++) {
			GuardedConnection handle = borrow();
			handles.add(handle);
			leases.add(handle.lease);
		}
		try {
			Future<boolean[]> closes = threads.submit(ends(start, leases, Lease::close));
			Future<boolean[]> evictions = threads.submit(ends(start, leases, Lease::evict));
			Future<boolean[]> reclaims = threads.submit(ends(start, leases, Lease::reclaim));
			for (int round = 0; round < ROUNDS; round++) {
				boolean evicted = evictions.get()[round];
				boolean closed = closes.get()[round];
				boolean reclaimed = reclaims.get()[round];
				// An evicted handle is closed by its holder afterwards
				assertThat(reclaimed ? (!closed && !evicted) : (closed || evicted)).isTrue();
			}
		}
		finally {
			threads.shutdownNow();
		}
		assertThat(this.registry.open()).isEmpty();
		assertThat(handles).hasSize(ROUNDS);
	}

	private static Callable<boolean[]> ends(CyclicBarrier start, List<Lease> leases, End end) {
		return () -> {
			boolean[] won = new boolean[leases.size()];
			start.await();
			for (int i = 0; i < won.length; i++) {
				won[i] = end.tryEnd(leases.get(i));
			}
			return won;
		};
	}

	@Test
	void evictedLeaseCanBeClosedOnceMore() throws Exception {
		Lease lease = borrow().lease;
		assertThat(lease.evict()).isTrue();
		assertThat(lease.reclaim()).isFalse();
		assertThat(lease.evict()).isFalse();
		assertThat(lease.close()).isTrue();
		assertThat(lease.close()).isFalse();
	}

	@RepeatedTest(3)
	void registryHoldsTheOpenOnes() throws Exception {
		int workers = 6;
		ExecutorService threads = Executors.newFixedThreadPool(workers);
		try {
			List<Future<List<GuardedConnection>>> open = new ArrayList<>();
			for (int worker = 0; worker < workers; worker++) {
				open.add(threads.submit(this::borrowAndEndAtRandom));
			}
			List<Lease> expected = new ArrayList<>();
			for (Future<List<GuardedConnection>> handles : open) {
				handles.get().forEach((handle) -> expected.add(handle.lease));
			}
			assertThat(this.registry.open()).containsExactlyInAnyOrderElementsOf(expected);
			for (Lease lease : expected) {
				assertThat(this.registry.heldBy(lease.holder())).isNotNull();
			}
			expected.forEach(Lease::close);
			assertThat(this.registry.open()).isEmpty();
		}
		finally {
			threads.shutdownNow();
		}
	}

	private List<GuardedConnection> borrowAndEndAtRandom() {
		List<GuardedConnection> open = new ArrayList<>();
		ThreadLocalRandom random = ThreadLocalRandom.current();
		for (int round = 0; round < ROUNDS; round++) {
			if (open.size() < 5 && random.nextBoolean()) {
				open.add(borrow());
				assertThat(this.registry.heldBy(Thread.currentThread())).isNotNull();
			}
			else if (!open.isEmpty()) {
				Lease lease = open.remove(random.nextInt(open.size())).lease;
				assertThat(random.nextBoolean() ? lease.close() : lease.reclaim()).isTrue();
			}
		}
		return open;
	}

	private GuardedConnection borrow() {
		Connection proxy = (Connection) Proxy.newProxyInstance(getClass().getClassLoader(),
				new Class<?>[] { Connection.class }, (self, method, arguments) -> null);
		GuardedConnection handle = new GuardedConnection(proxy, Thread.currentThread(), null, this.registry,
				this.queue);
		this.registry.add(handle.lease);
		return handle;
	}

	/**
	 * One way to end a lease.
	 */
	private interface End {

		boolean tryEnd(Lease lease);

	}

}
