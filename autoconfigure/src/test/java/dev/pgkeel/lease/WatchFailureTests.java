package dev.pgkeel.lease;

import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests that a failure of what looks for leaks ends neither the search nor a borrow.
 */
@ExtendWith(OutputCaptureExtension.class)
class WatchFailureTests {

	private final List<ConnectionLeakEvent> events = new CopyOnWriteArrayList<>();

	@Test
	void searchGoesOnAfterAnError(CapturedOutput output) throws SQLException {
		AtomicInteger looks = new AtomicInteger();
		StubPool pool = new StubPool() {

			@Override
			public int waiting() {
				if (looks.incrementAndGet() <= 2) {
					throw new NoClassDefFoundError("on purpose");
				}
				return 0;
			}

		};
		PoolLeases leases = pool.leases(this.events::add);
		leases.lend().close();
		Awaitility.await().until(() -> looks.get() > 2);
		leases.lend();
		Awaitility.await().until(() -> {
			GuardedPools.collect();
			return !this.events.isEmpty();
		});
		assertThat(output).contains("stub - looking for leaks failed, and is tried again");
		leases.stop();
		pool.closed.set(true);
	}

	@Test
	void borrowThatFailsAfterThePoolLentLeavesNoLease() {
		AtomicInteger names = new AtomicInteger();
		StubPool pool = new StubPool() {

			@Override
			public String name() {
				if (names.incrementAndGet() == 1) {
					throw new NoClassDefFoundError("on purpose");
				}
				return super.name();
			}

		};
		PoolLeases leases = pool.leases(this.events::add);
		assertThatExceptionOfType(NoClassDefFoundError.class).isThrownBy(leases::lend);
		assertThat(pool.returned).hasValue(1);
		assertThat(leases.held()).isEmpty();
		leases.stop();
	}

}
