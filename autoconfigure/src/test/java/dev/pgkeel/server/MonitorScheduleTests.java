package dev.pgkeel.server;

import java.time.Duration;
import java.util.Random;

import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link MonitorSchedule}.
 */
class MonitorScheduleTests {

	private static final Duration FRESH = Duration.ZERO;

	private final MonitorSchedule schedule = new MonitorSchedule(Duration.ofSeconds(15), Duration.ofSeconds(5));

	private final Random random = new Random();

	@RepeatedTest(20)
	void waitsGrowToTheIntervalAndDifferByHalf() {
		assertThat(this.schedule.retry(1, FRESH, this.random)).isBetween(Duration.ofMillis(500),
				Duration.ofMillis(1500));
		assertThat(this.schedule.retry(3, FRESH, this.random)).isBetween(Duration.ofSeconds(2), Duration.ofSeconds(6));
		assertThat(this.schedule.retry(5, FRESH, this.random)).isBetween(Duration.ofMillis(7500),
				Duration.ofMillis(22500));
		assertThat(this.schedule.retry(1000, FRESH, this.random)).isBetween(Duration.ofMillis(7500),
				Duration.ofMillis(22500));
	}

	@Test
	void blindMonitorIsNoticedInTime() {
		assertThat(this.schedule.retry(9, Duration.ofSeconds(58), this.random)).isEqualTo(Duration.ofSeconds(2));
		assertThat(this.schedule.retry(9, Duration.ofSeconds(60), this.random))
			.isGreaterThanOrEqualTo(Duration.ofMillis(7500));
		assertThat(this.schedule.retry(9, Duration.ofHours(1), this.random))
			.isGreaterThanOrEqualTo(Duration.ofMillis(7500));
	}

}
