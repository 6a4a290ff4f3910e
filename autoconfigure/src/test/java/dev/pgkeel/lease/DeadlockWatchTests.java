package dev.pgkeel.lease;

import java.lang.ref.ReferenceQueue;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

import dev.pgkeel.PgkeelMode;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link DeadlockWatch}.
 */
class DeadlockWatchTests {

	private final LeaseRegistry registry = new LeaseRegistry();

	private final AtomicInteger total = new AtomicInteger();

	private final StubPool pool = new StubPool() {

		@Override
		public int total() {
			return DeadlockWatchTests.this.total.get();
		}

	};

	private final LeaseSessions sessions = new LeaseSessions((pids) -> Map.of());

	private final DeadlockWatch watch = new DeadlockWatch(this.pool, PgkeelMode.ENFORCE, this.registry, this.sessions,
			new StarvedPool(this.pool, false, this.registry,
					new LeakDetector(this.pool, PgkeelMode.ENFORCE, new ReferenceQueue<>(), new LeakCounters(),
							new LeakReporter(this.pool, new CallSiteCapture(LeakCapture.NEVER), (event) -> {
							}, System::nanoTime)),
					this.sessions, new LeakCounters()));

	@Test
	void brokenConnectionThatThePoolReplacesIsWorthWaitingFor() {
		List<GuardedConnection> handles = new ArrayList<>();
		for (int connection = 0; connection < this.pool.maximumPoolSize(); connection++) {
			GuardedConnection handle = new GuardedConnection(this.pool.borrow(), Thread.currentThread(), null,
					this.registry, new ReferenceQueue<>());
			this.registry.add(handle.lease);
			handles.add(handle);
		}
		this.watch.add(new NestedWaiter(2, handles.get(0).lease, null));
		this.total.set(this.pool.maximumPoolSize() - 1);
		assertThat(this.watch.isPossible()).isFalse();
		this.total.set(this.pool.maximumPoolSize());
		assertThat(this.watch.isPossible()).isTrue();
		assertThat(handles).hasSize(this.pool.maximumPoolSize());
	}

}
