package dev.pgkeel.lease;

import java.lang.ref.ReferenceQueue;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Function;

import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.postgresql.PGConnection;

import org.springframework.test.util.ReflectionTestUtils;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests the model of a lease: closing, evicting and reclaiming race for one state, and
 * the registry holds exactly the open ones.
 */
class LeaseModelTests {

	private static final int ROUNDS = 20_000;

	private static final int MOST_OPEN = 5;

	private final LeaseRegistry registry = new LeaseRegistry();

	private final ReferenceQueue<GuardedConnection> queue = new ReferenceQueue<>();

	private final AtomicInteger touchedLate = new AtomicInteger();

	@Test
	void onlyOneEndsALeaseAndNobodyTouchesTheConnectionAfterwards() throws Exception {
		ExecutorService threads = Executors.newFixedThreadPool(4);
		CyclicBarrier start = new CyclicBarrier(4);
		List<Lease> leases = new ArrayList<>();
		List<GuardedConnection> handles = new ArrayList<>();
		for (int round = 0; round < ROUNDS; round++) {
			GuardedConnection handle = borrow();
			handles.add(handle);
			leases.add(handle.lease);
		}
		try {
			Future<boolean[]> closes = threads.submit(ends(start, leases, LeaseModelTests::close));
			Future<boolean[]> evictions = threads.submit(ends(start, leases, this::evict));
			Future<boolean[]> cancellations = threads.submit(ends(start, leases, LeaseModelTests::cancel));
			Future<boolean[]> reclaims = threads.submit(ends(start, leases, Lease::reclaim));
			cancellations.get();
			for (int round = 0; round < ROUNDS; round++) {
				boolean evicted = evictions.get()[round];
				boolean closed = closes.get()[round];
				boolean reclaimed = reclaims.get()[round];
				// An evicted handle is closed by its holder afterwards
				assertThat(reclaimed ? (!closed && !evicted) : closed).isTrue();
			}
		}
		finally {
			threads.shutdownNow();
		}
		assertThat(this.touchedLate).hasValue(0);
		assertThat(this.registry.open()).isEmpty();
		assertThat(handles).hasSize(ROUNDS);
	}

	private static boolean close(Lease lease) throws SQLException {
		if (!lease.close()) {
			return false;
		}
		lease.proxy().close();
		return true;
	}

	private boolean evict(Lease lease) {
		AtomicBoolean evicted = new AtomicBoolean();
		lease.evict((proxy) -> {
			touch(proxy);
			evicted.set(true);
		});
		return evicted.get();
	}

	private static boolean cancel(Lease lease) throws SQLException {
		lease.cancelStatement();
		return true;
	}

	/**
	 * HikariCP takes a connection that is closed meanwhile for one of the next borrower.
	 */
	private void touch(Connection proxy) {
		try {
			for (int time = 0; time < 50; time++) {
				if (proxy.isClosed()) {
					this.touchedLate.incrementAndGet();
				}
			}
		}
		catch (SQLException ex) {
			throw new IllegalStateException(ex);
		}
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
	void evictedLeaseCanBeClosedOnceMore() {
		Lease lease = borrow().lease;
		assertThat(evict(lease)).isTrue();
		assertThat(lease.reclaim()).isFalse();
		assertThat(evict(lease)).isFalse();
		assertThat(lease.close()).isTrue();
		assertThat(lease.close()).isFalse();
	}

	@Test
	void leaseStaysOpenWhileAndAfterItsStatementIsCancelled() throws SQLException {
		Lease lease = borrow().lease;
		lease.cancelStatement();
		assertThat(lease.isOpen()).isTrue();
		assertThat(this.registry.open()).containsExactly(lease);
		close(lease);
		lease.cancelStatement();
		assertThat(this.touchedLate).hasValue(0);
	}

	@Test
	void leaseThatWasOutForManyCollectionsJustifiesNoMore() {
		Lease lease = borrow().lease;
		for (int collection = 1; collection <= 300; collection++) {
			lease.countCollection();
			assertThat(lease.collections()).isPositive();
		}
	}

	@Test
	void connectionIsReturnedThoughWhatIsToldOfItFails() throws SQLException {
		GuardedConnection handle = borrow();
		handle.lease.whenClosed("the borrow within", () -> {
			throw new NoClassDefFoundError("on purpose");
		});
		handle.close();
		assertThat(handle.lease.proxy().isClosed()).isTrue();
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
			assertThat(chained()).isLessThanOrEqualTo(2 * workers * MOST_OPEN);
			expected.forEach(Lease::close);
			assertThat(this.registry.open()).isEmpty();
		}
		finally {
			threads.shutdownNow();
		}
	}

	/**
	 * Returns how many leases the registry keeps, ended ones too.
	 */
	private int chained() {
		AtomicReferenceArray<?> chains = (AtomicReferenceArray<?>) ReflectionTestUtils.getField(this.registry,
				"chains");
		int count = 0;
		for (int index = 0; index < chains.length(); index++) {
			for (Lease lease = (Lease) chains.get(index); lease != null; lease = lease.next) {
				count++;
			}
		}
		return count;
	}

	private List<GuardedConnection> borrowAndEndAtRandom() {
		List<GuardedConnection> open = new ArrayList<>();
		ThreadLocalRandom random = ThreadLocalRandom.current();
		for (int round = 0; round < ROUNDS; round++) {
			if (open.size() < MOST_OPEN && random.nextBoolean()) {
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
		AtomicBoolean closed = new AtomicBoolean();
		AtomicReference<Connection> self = new AtomicReference<>();
		PGConnection driver = proxy(PGConnection.class, (method) -> {
			touch(self.get());
			return null;
		});
		Connection proxy = proxy(Connection.class, (method) -> switch (method) {
			case "close" -> {
				closed.set(true);
				yield null;
			}
			case "isClosed" -> closed.get();
			default -> driver;
		});
		self.set(proxy);
		GuardedConnection handle = new GuardedConnection(proxy, Thread.currentThread(), null, this.registry,
				this.queue);
		this.registry.add(handle.lease);
		return handle;
	}

	private static <T> T proxy(Class<T> type, Function<String, Object> answers) {
		return type.cast(Proxy.newProxyInstance(LeaseModelTests.class.getClassLoader(), new Class<?>[] { type },
				(self, method, arguments) -> answers.apply(method.getName())));
	}

	/**
	 * One way to end a lease.
	 */
	private interface End {

		boolean tryEnd(Lease lease) throws SQLException;

	}

}
