package dev.pgkeel.lease;

import java.lang.ref.ReferenceQueue;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.stream.Collectors;

import dev.pgkeel.server.SessionState;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.postgresql.PGConnection;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link StarvationWatch}.
 */
class StarvationWatchTests {

	private final AtomicInteger lastPid = new AtomicInteger(42);

	private final LeaseRegistry registry = new LeaseRegistry();

	private final AtomicInteger questions = new AtomicInteger();

	private final AtomicReference<String> state = new AtomicReference<>("idle");

	private final StarvationWatch watch = new StarvationWatch(new LeaseSessions((pids) -> {
		this.questions.incrementAndGet();
		return pids.stream()
			.collect(Collectors.toMap(Function.identity(),
					(pid) -> new SessionState(pid, this.state.get(), Instant.EPOCH, Duration.ofSeconds(1), false)));
	}));

	private GuardedConnection handle;

	private long now;

	@BeforeEach
	void borrow() {
		this.handle = newHandle();
	}

	@Test
	void youngLeaseJustifiesNothing() {
		assertThat(this.watch.shouldCollect(List.of(this.handle.lease), this.now)).isFalse();
		awaitOld();
		assertThat(this.watch.shouldCollect(List.of(this.handle.lease), this.now)).isTrue();
		assertThat(this.watch.shouldCollect(List.of(), this.now)).isFalse();
	}

	@Test
	void afterASuccessHalfTheAgeIsEnough() {
		this.watch.collected(List.of(), 1, this.now);
		after(Duration.ofSeconds(2));
		List<Lease> leases = List.of(this.handle.lease);
		Awaitility.await().until(() -> this.handle.lease.heldFor().compareTo(Duration.ofMillis(500)) > 0);
		assertThat(this.watch.shouldCollect(leases, this.now)).isTrue();
		this.watch.collected(List.of(), 0, this.now);
		after(Duration.ofSeconds(20));
		this.handle = newHandle();
		leases = List.of(this.handle.lease);
		assertThat(this.watch.shouldCollect(leases, this.now)).isFalse();
	}

	@Test
	void leaseJustifiesTwoCollections() {
		awaitOld();
		List<Lease> leases = List.of(this.handle.lease);
		for (int collection = 0; collection < 2; collection++) {
			assertThat(this.watch.shouldCollect(leases, this.now)).isTrue();
			this.watch.collected(leases, 0, this.now);
			after(Duration.ofHours(1));
		}
		assertThat(this.watch.shouldCollect(leases, this.now)).isFalse();
	}

	@Test
	void pauseAfterASuccessIsShortAndDoublesAfterAFailure() {
		assertThat(pauseAfter(1)).isEqualTo(Duration.ofSeconds(1));
		assertThat(pauseAfter(0)).isEqualTo(Duration.ofSeconds(10));
		assertThat(pauseAfter(0)).isEqualTo(Duration.ofSeconds(20));
		assertThat(pauseAfter(0)).isEqualTo(Duration.ofSeconds(40));
		for (int failure = 0; failure < 10; failure++) {
			pauseAfter(0);
		}
		assertThat(pauseAfter(0)).isEqualTo(Duration.ofMinutes(10));
		assertThat(pauseAfter(3)).isEqualTo(Duration.ofSeconds(1));
	}

	@Test
	void busyServerIsAskedLessAndLessOften() {
		awaitOld();
		this.state.set("active");
		List<Lease> leases = List.of(this.handle.lease);
		for (int look = 0; look < 5 * 60; look++) {
			assertThat(this.watch.shouldCollect(leases, this.now)).isFalse();
			after(Duration.ofMillis(200));
		}
		assertThat(this.questions).hasValueBetween(8, 12);
		this.state.set("idle");
		after(Duration.ofSeconds(2));
		assertThat(this.watch.shouldCollect(leases, this.now)).isTrue();
	}

	@Test
	void leaseOfAThreadThatHasEndedIsForgottenWhateverItsSessionDoes() throws InterruptedException {
		this.state.set("active");
		awaitOld();
		assertThat(this.watch.shouldCollect(List.of(this.handle.lease), this.now)).isFalse();
		Thread ended = new Thread(() -> {
		});
		ended.start();
		ended.join();
		this.handle = newHandle(ended);
		awaitOld();
		after(Duration.ofSeconds(2));
		assertThat(this.watch.shouldCollect(List.of(this.handle.lease), this.now)).isTrue();
	}

	@Test
	void halfOfTheLeasesForgottenAreEnoughAndFewerAreNot() throws InterruptedException {
		Thread ended = new Thread(() -> {
		});
		ended.start();
		ended.join();
		this.state.set("active");
		Lease forgotten = newHandle(ended).lease;
		Lease busy = this.handle.lease;
		this.handle = newHandle();
		Lease busyToo = this.handle.lease;
		awaitOld();
		assertThat(this.watch.shouldCollect(List.of(forgotten, busy, busyToo), this.now)).isFalse();
		after(Duration.ofSeconds(2));
		assertThat(this.watch.shouldCollect(List.of(forgotten, busy), this.now)).isTrue();
	}

	private Duration pauseAfter(int leaks) {
		this.watch.collected(List.of(), leaks, this.now);
		List<Lease> fresh = List.of(newHandle().lease);
		long start = this.now;
		while (!this.watch.mayCollect(fresh, this.now)) {
			after(Duration.ofMillis(500));
		}
		return Duration.ofNanos(this.now - start);
	}

	private void awaitOld() {
		Awaitility.await().until(() -> this.handle.lease.heldFor().compareTo(Duration.ofSeconds(1)) > 0);
	}

	private void after(Duration time) {
		this.now += time.toNanos();
	}

	private GuardedConnection newHandle() {
		return newHandle(Thread.currentThread());
	}

	private GuardedConnection newHandle(Thread holder) {
		PGConnection driver = proxy(PGConnection.class, "getBackendPID", this.lastPid.incrementAndGet());
		Connection proxy = proxy(Connection.class, "unwrap", driver);
		return new GuardedConnection(proxy, holder, null, this.registry, new ReferenceQueue<>());
	}

	private static <T> T proxy(Class<T> type, String method, Object answer) {
		return type.cast(Proxy.newProxyInstance(StarvationWatchTests.class.getClassLoader(), new Class<?>[] { type },
				(self, called, arguments) -> called.getName().equals(method) ? answer : null));
	}

}
