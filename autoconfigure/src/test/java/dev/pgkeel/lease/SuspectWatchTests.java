package dev.pgkeel.lease;

import java.lang.ref.ReferenceQueue;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

import dev.pgkeel.server.SessionState;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.postgresql.PGConnection;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link SuspectWatch}.
 */
class SuspectWatchTests {

	private static final Duration SUSPECT_AFTER = Duration.ofMillis(1);

	private final Map<Integer, String> states = new HashMap<>();

	private final LeaseRegistry registry = new LeaseRegistry();

	private final List<ConnectionLeakEvent> events = new ArrayList<>();

	private int questions;

	private long now;

	private final SuspectWatch watch = new SuspectWatch(SUSPECT_AFTER, new LeaseSessions((pids) -> {
		this.questions++;
		return pids.stream().collect(Collectors.toMap(Function.identity(), this::state));
	}), new LeakCounters(),
			new LeakReporter(new StubPool(), new CallSiteCapture(LeakCapture.NEVER), this.events::add, () -> this.now),
			() -> this.now);

	@Test
	void serverIsAskedAboutTheSameBusyConnectionLessAndLessOften() {
		List<Lease> leases = new ArrayList<>(List.of(oldLease("active")));
		for (int look = 0; look < 400; look++) {
			look(leases);
		}
		assertThat(this.questions).isBetween(10, 25);
		leases.add(oldLease("active"));
		int before = this.questions;
		look(leases);
		assertThat(this.questions).isEqualTo(before + 1);
		assertThat(this.events).isEmpty();
	}

	@Test
	void connectionIsNotSuspectedWhileItsHolderWorksOnAYoungerOne() {
		Lease outer = oldLease("idle in transaction");
		Lease inner = oldLease("active");
		look(List.of(outer, inner));
		assertThat(this.questions).isOne();
		assertThat(this.events).isEmpty();
		this.states.put(inner.backendPid(), "idle");
		for (int look = 0; look < 4; look++) {
			look(List.of(outer, inner));
		}
		assertThat(this.events).hasSize(2);
	}

	@Test
	void connectionThatWasForgottenBesideAnOlderOneIsSuspected() {
		Lease outer = oldLease("active");
		Lease inner = oldLease("idle");
		look(List.of(outer, inner));
		assertThat(inner.isSuspected()).isTrue();
		assertThat(outer.isSuspected()).isFalse();
	}

	private void look(List<Lease> leases) {
		this.now += SUSPECT_AFTER.dividedBy(4).toNanos();
		this.watch.check(leases);
	}

	private SessionState state(int pid) {
		return new SessionState(pid, this.states.get(pid), Instant.EPOCH, Duration.ofSeconds(1), false);
	}

	private Lease oldLease(String state) {
		int pid = this.states.size() + 1;
		this.states.put(pid, state);
		PGConnection driver = proxy(PGConnection.class, "getBackendPID", pid);
		Connection proxy = proxy(Connection.class, "unwrap", driver);
		Lease lease = new GuardedConnection(proxy, Thread.currentThread(), null, this.registry,
				new ReferenceQueue<>()).lease;
		Awaitility.await().until(() -> lease.heldFor().compareTo(SUSPECT_AFTER) > 0);
		return lease;
	}

	private static <T> T proxy(Class<T> type, String method, Object answer) {
		return type.cast(Proxy.newProxyInstance(SuspectWatchTests.class.getClassLoader(), new Class<?>[] { type },
				(self, called, arguments) -> called.getName().equals(method) ? answer : null));
	}

}
