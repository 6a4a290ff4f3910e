package dev.pgkeel.actuate;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicReference;

import dev.pgkeel.server.ApplicationInstance;
import dev.pgkeel.server.MonitorSchedule;
import dev.pgkeel.server.Refusals;
import dev.pgkeel.server.Sentinel;
import dev.pgkeel.server.ServerMonitor;
import dev.pgkeel.testsupport.TestDatabase;
import dev.pgkeel.testsupport.TestServer;
import org.junit.jupiter.api.Test;

import org.springframework.boot.health.contributor.Status;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link MonitorHealth}.
 */
class MonitorHealthTests {

	private final TestDatabase database = TestServer.shared().newDatabase();

	@Test
	void serverThatAnsweredIsNotUnknownBecauseTheAnswerGrewOld() {
		AtomicReference<Instant> now = new AtomicReference<>(Instant.EPOCH);
		ServerMonitor monitor = new ServerMonitor(
				new Sentinel(this.database::connect, new ApplicationInstance("notes", "abc123"),
						Duration.ofSeconds(20)),
				new MonitorSchedule(Duration.ofMinutes(5), Duration.ofSeconds(5)), new Refusals(), List.of(),
				((InstantSource) now::get).withZone(ZoneOffset.UTC), new Random(1));
		MonitorHealth health = new MonitorHealth(monitor, null, Status.UP);
		assertThat(health.status(null, false)).isEqualTo(Status.UNKNOWN);
		monitor.poll();
		assertThat(health.status(null, false)).isEqualTo(Status.UP);
		now.set(Instant.EPOCH.plusSeconds(61));
		assertThat(monitor.current()).isNull();
		assertThat(health.status(null, false)).isEqualTo(Status.UP);
		monitor.stop();
	}

}
