package dev.pgkeel.actuate.console;

import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

import dev.pgkeel.actuate.console.ConsoleHistory.HistoryView;
import dev.pgkeel.server.MonitorFailure;
import dev.pgkeel.server.MonitorState;
import dev.pgkeel.server.ServerSnapshot;
import dev.pgkeel.server.SessionGroup;
import dev.pgkeel.server.SessionLimits;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link ConsoleHistory}.
 */
class ConsoleHistoryTests {

	private static final Instant START = Instant.parse("2026-11-24T03:00:00Z");

	private final ConsoleHistory history = new ConsoleHistory(
			() -> List.of(new PoolView("one", 2, 0, 1, 10), new PoolView("two", 3, 0, 0, 10)), () -> 4L, () -> null);

	@Test
	void nothingIsKnownAtFirst() {
		assertThat(this.history.view(START))
			.isEqualTo(new HistoryView(List.of(), null, null, null, null, null, null, null));
	}

	@Test
	void onePointPerPollOldestFirst() {
		poll(0, 10);
		poll(15, 11);
		assertThat(this.history.view(START.plusSeconds(20))).isEqualTo(new HistoryView(List.of(20, 5), List.of(10, 11),
				List.of(97, 97), List.of(5, 5), List.of(1, 1), List.of(4L, 4L), null, null));
	}

	@Test
	void memoryIsBoundedHoweverOftenTheMonitorAsks() {
		for (int second = 0; second < 3600; second++) {
			poll(second, second);
		}
		HistoryView view = this.history.view(START.plusSeconds(3600));
		assertThat(view.secondsAgo()).hasSizeBetween(178, 181).first().asString().startsWith("9").isEqualTo("900");
		assertThat(view.used()).hasSameSizeAs(view.secondsAgo()).last().isEqualTo(3595);
	}

	@Test
	void whatWasNotSeenIsAGap() {
		poll(0, 10);
		MonitorFailure failure = MonitorFailure.of(new SQLException("down", "08001"));
		this.history.polled(new MonitorState(snapshot(10), failure, START.plusSeconds(15), START));
		assertThat(this.history.view(START.plusSeconds(20)).used()).containsExactly(10, null);
	}

	@Test
	void oldPointsAreLeftOut() {
		poll(0, 10);
		assertThat(this.history.view(START.plus(Duration.ofMinutes(16))).secondsAgo()).isEmpty();
	}

	@Test
	void clockThatIsSetBackDoesNotEndTheHistory() {
		poll(3600, 10);
		poll(0, 11);
		poll(15, 12);
		HistoryView view = this.history.view(START.plusSeconds(20));
		assertThat(view.secondsAgo()).containsExactly(20, 5);
		assertThat(view.used()).containsExactly(11, 12);
	}

	private void poll(int second, int sessions) {
		this.history.polled(new MonitorState(snapshot(sessions), null, START.plusSeconds(second), START));
	}

	private static @Nullable ServerSnapshot snapshot(int sessions) {
		return new ServerSnapshot(START, new SessionLimits(100, 3, null, null), true,
				List.of(new SessionGroup("notes", "idle", sessions, 0, 0, 0, Duration.ZERO)), 0, List.of());
	}

}
