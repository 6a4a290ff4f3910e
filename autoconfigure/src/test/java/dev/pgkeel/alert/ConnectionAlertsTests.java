package dev.pgkeel.alert;

import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

import dev.pgkeel.server.ApplicationInstance;
import dev.pgkeel.server.BlockedSession;
import dev.pgkeel.server.MonitorFailure;
import dev.pgkeel.server.MonitorState;
import dev.pgkeel.server.Refusals;
import dev.pgkeel.server.ServerSnapshot;
import dev.pgkeel.server.SessionGroup;
import dev.pgkeel.server.SessionLimits;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Tests for {@link ConnectionAlerts}.
 */
class ConnectionAlertsTests {

	private final List<ConnectionAlert> told = new ArrayList<>();

	private final Refusals refusals = new Refusals();

	private Instant now = Instant.EPOCH;

	private Instant watchedSince = Instant.EPOCH;

	private int waiting;

	private boolean soon;

	private final ConnectionAlerts alerts = new ConnectionAlerts(new AlertPolicy(70, 85, 95), this.refusals,
			() -> this.waiting, new ApplicationInstance("notes", "abc123"), List.of(this.told::add), new Clock() {

				@Override
				public ZoneId getZone() {
					return ZoneOffset.UTC;
				}

				@Override
				public Clock withZone(ZoneId zone) {
					return this;
				}

				@Override
				public Instant instant() {
					return ConnectionAlertsTests.this.now;
				}

			});

	private void poll(int sessions) {
		poll(sessions, Duration.ZERO, Duration.ZERO);
	}

	private void poll(int sessions, Duration idle, Duration blocked) {
		this.now = this.now.plusSeconds(this.soon ? 5 : 15);
		List<BlockedSession> waiters = blocked.isZero() ? List.of()
				: List.of(new BlockedSession(7, "notes", blocked, List.of(8)));
		ServerSnapshot snapshot = new ServerSnapshot(this.now, new SessionLimits(1003, 3, null, null), true,
				List.of(new SessionGroup("notes", "idle", sessions, sessions, sessions, 0, idle)), waiters.size(),
				waiters);
		this.soon = this.alerts.polled(new MonitorState(snapshot, null, this.now, this.watchedSince));
	}

	private AlertLevel level(AlertSubject subject) {
		return this.alerts.level(subject);
	}

	@Test
	void levelsAreRaisedAfterFourTwoAndOnePolls() {
		for (int i = 0; i < 3; i++) {
			poll(700);
			assertThat(level(AlertSubject.CONNECTIONS)).isEqualTo(AlertLevel.NONE);
		}
		poll(700);
		assertThat(level(AlertSubject.CONNECTIONS)).isEqualTo(AlertLevel.ALERT);
		poll(850);
		assertThat(level(AlertSubject.CONNECTIONS)).isEqualTo(AlertLevel.ALERT);
		poll(850);
		assertThat(level(AlertSubject.CONNECTIONS)).isEqualTo(AlertLevel.PAGE);
		poll(950);
		assertThat(level(AlertSubject.CONNECTIONS)).isEqualTo(AlertLevel.PANIC);
		assertThat(this.told).extracting(ConnectionAlert::level)
			.containsExactly(AlertLevel.ALERT, AlertLevel.PAGE, AlertLevel.PANIC);
		assertThat(this.told).extracting(ConnectionAlert::dedupKey).containsOnly("pgkeel/notes/connections");
	}

	@Test
	void levelIsClearedFivePointsLowerForEightPolls() {
		poll(950);
		for (int i = 0; i < 20; i++) {
			poll(910);
		}
		assertThat(level(AlertSubject.CONNECTIONS)).isEqualTo(AlertLevel.PANIC);
		for (int i = 0; i < 7; i++) {
			poll(600);
		}
		assertThat(level(AlertSubject.CONNECTIONS)).isEqualTo(AlertLevel.PANIC);
		poll(600);
		assertThat(level(AlertSubject.CONNECTIONS)).isEqualTo(AlertLevel.NONE);
		assertThat(this.alerts.current()).isEmpty();
		assertThat(this.alerts.history()).hasSize(2);
	}

	@Test
	void eachLevelIsClearedByItsOwnPolls() {
		poll(960);
		for (int i = 0; i < 7; i++) {
			poll(840);
		}
		poll(640);
		assertThat(level(AlertSubject.CONNECTIONS)).isEqualTo(AlertLevel.PAGE);
		for (int i = 0; i < 7; i++) {
			poll(640);
		}
		assertThat(level(AlertSubject.CONNECTIONS)).isEqualTo(AlertLevel.NONE);
		assertThat(this.told).extracting(ConnectionAlert::level)
			.containsExactly(AlertLevel.PANIC, AlertLevel.PAGE, AlertLevel.NONE);
	}

	@Test
	void onePollWithoutAWaitDoesNotEndTheLowerLevel() {
		poll(10, Duration.ZERO, Duration.ofSeconds(60));
		for (int i = 0; i < 7; i++) {
			poll(10, Duration.ZERO, Duration.ofSeconds(20));
		}
		poll(10);
		assertThat(level(AlertSubject.BLOCKED)).isEqualTo(AlertLevel.ALERT);
		assertThat(this.told).last().satisfies((alert) -> assertThat(alert.message()).contains("the longest for 20 s"));
		poll(10, Duration.ZERO, Duration.ofSeconds(20));
		assertThat(this.told).extracting(ConnectionAlert::level).containsExactly(AlertLevel.PAGE, AlertLevel.ALERT);
	}

	@ParameterizedTest
	@ValueSource(ints = { 620, 650, 670, 675, 680, 700, 730, 800, 820, 825, 850, 880, 900, 920, 925, 950, 970 })
	void noiseForADayMakesFewTransitions(int center) {
		Random random = new Random(center);
		Instant end = this.now.plus(Duration.ofDays(1));
		while (this.now.isBefore(end)) {
			poll(center - 30 + random.nextInt(61));
		}
		assertThat(this.alerts.history()).hasSizeLessThanOrEqualTo(5);
	}

	@Test
	void alertInForceIsRemindedOfOnceAnHour() {
		for (int i = 0; i < 4 + 2 * 720; i++) {
			poll(750);
		}
		assertThat(this.told).hasSize(3);
		assertThat(this.alerts.history()).hasSize(1);
	}

	@Test
	void refusalIsPanicAtOnce() {
		poll(100);
		this.refusals.connectFailed(new SQLException("sorry, too many clients already", "53300"));
		poll(100);
		assertThat(level(AlertSubject.CONNECTIONS)).isEqualTo(AlertLevel.PANIC);
		assertThat(this.told).singleElement()
			.satisfies((alert) -> assertThat(alert.message()).contains("too many connections"));
	}

	@Test
	void busyPoolIsHealthyUntilSomebodyWaitsForHalfAMinute() {
		poll(10);
		this.waiting = 2;
		poll(10);
		Instant since = this.now;
		for (int i = 0; i < 5; i++) {
			poll(10);
			assertThat(level(AlertSubject.POOL)).isEqualTo(AlertLevel.NONE);
		}
		poll(10);
		assertThat(this.now).isEqualTo(since.plusSeconds(30));
		assertThat(level(AlertSubject.POOL)).isEqualTo(AlertLevel.PAGE);
	}

	@Test
	void timedOutBorrowIsTold() {
		poll(10);
		this.refusals.borrowTimedOut(new SQLException("timed out"));
		poll(10);
		assertThat(level(AlertSubject.POOL)).isEqualTo(AlertLevel.PAGE);
		assertThat(level(AlertSubject.CONNECTIONS)).isEqualTo(AlertLevel.NONE);
	}

	@Test
	void idleTransactionsAndWaitsForLocksAreTold() {
		poll(10, Duration.ofSeconds(60), Duration.ofSeconds(10));
		assertThat(level(AlertSubject.IDLE_IN_TRANSACTION)).isEqualTo(AlertLevel.ALERT);
		assertThat(level(AlertSubject.BLOCKED)).isEqualTo(AlertLevel.ALERT);
		poll(10, Duration.ofSeconds(300), Duration.ofSeconds(60));
		assertThat(level(AlertSubject.IDLE_IN_TRANSACTION)).isEqualTo(AlertLevel.PAGE);
		assertThat(level(AlertSubject.BLOCKED)).isEqualTo(AlertLevel.PAGE);
	}

	@Test
	void blindMonitorIsToldAndClearsNothing() {
		poll(950);
		MonitorState blind = new MonitorState(null, null, this.now, this.now);
		this.now = this.now.plusSeconds(60);
		this.alerts.polled(blind);
		assertThat(level(AlertSubject.MONITOR)).isEqualTo(AlertLevel.PAGE);
		assertThat(level(AlertSubject.CONNECTIONS)).isEqualTo(AlertLevel.PANIC);
	}

	@Test
	void monitorIsBlindAfterAMinuteAndSeesAgain() {
		poll(10);
		Instant seen = this.now;
		this.now = seen.plusSeconds(59);
		MonitorState lost = new MonitorState(null, null, seen, seen);
		this.alerts.polled(lost);
		this.alerts.polled(lost);
		assertThat(level(AlertSubject.MONITOR)).isEqualTo(AlertLevel.NONE);
		this.now = seen.plusSeconds(60);
		this.alerts.polled(lost);
		this.alerts.polled(lost);
		assertThat(level(AlertSubject.MONITOR)).isEqualTo(AlertLevel.PAGE);
		assertThat(this.told).singleElement()
			.satisfies(
					(alert) -> assertThat(alert.message()).isEqualTo("the monitor has not seen the server for 60 s"));
		for (int i = 0; i < 8; i++) {
			assertThat(level(AlertSubject.MONITOR)).isEqualTo(AlertLevel.PAGE);
			poll(10);
		}
		assertThat(level(AlertSubject.MONITOR)).isEqualTo(AlertLevel.NONE);
	}

	@Test
	void alertSaysSinceWhenAndWhatWasBefore() {
		poll(950);
		Instant since = this.now;
		poll(951);
		assertThat(this.alerts.current()).singleElement().satisfies((alert) -> {
			assertThat(alert.since()).isEqualTo(since);
			assertThat(alert.previous()).isEqualTo(AlertLevel.NONE);
			assertThat(alert.message()).startsWith("951/1000");
		});
		assertThat(this.told).singleElement()
			.satisfies((alert) -> assertThat(alert.previous()).isEqualTo(AlertLevel.NONE));
	}

	@Test
	void alertThatWaitsForItsEndSaysWhyItWasRaised() {
		poll(10);
		this.refusals.borrowTimedOut(new SQLException("timed out"));
		poll(10);
		for (int i = 0; i < 7; i++) {
			poll(10);
			assertThat(this.alerts.current()).singleElement().satisfies((alert) -> {
				assertThat(alert.previous()).isEqualTo(AlertLevel.NONE);
				assertThat(alert.message()).isEqualTo("a borrower got no connection from the pool in time");
			});
		}
		poll(10);
		assertThat(this.alerts.current()).isEmpty();
		assertThat(this.told).extracting(ConnectionAlert::message)
			.containsExactly("a borrower got no connection from the pool in time",
					"nobody waits long for a connection of the pool");
	}

	@Test
	void refusalIsSaidUntilItIsOver() {
		poll(100);
		this.refusals.connectFailed(new SQLException("sorry, too many clients already", "53300"));
		for (int i = 0; i < 8; i++) {
			poll(100);
			assertThat(this.alerts.current()).singleElement()
				.satisfies((alert) -> assertThat(alert.message()).startsWith("the server refused a connection"));
		}
		poll(100);
		assertThat(this.told).last().satisfies((alert) -> assertThat(alert.message()).startsWith("100/1000"));
	}

	@Test
	void figureThatKeepsALevelIsThePresentOne() {
		poll(950);
		poll(910);
		assertThat(this.alerts.current()).singleElement()
			.satisfies((alert) -> assertThat(alert.message()).startsWith("910/1000"));
		poll(600);
		assertThat(this.alerts.current()).singleElement()
			.satisfies((alert) -> assertThat(alert.message()).startsWith("910/1000"));
	}

	@Test
	void monitorIsToHurryWhileAnAlertIsInForceOrSomebodyWaits() {
		poll(10);
		assertThat(this.soon).isFalse();
		this.waiting = 1;
		poll(10);
		assertThat(this.soon).isTrue();
		this.waiting = 0;
		poll(10);
		assertThat(this.soon).isFalse();
		poll(950);
		assertThat(this.soon).isTrue();
	}

	@Test
	void refusalCountsOnce() {
		this.refusals.connectFailed(new SQLException("sorry, too many clients already", "53300"));
		for (int i = 0; i < 9; i++) {
			poll(100);
		}
		assertThat(level(AlertSubject.CONNECTIONS)).isEqualTo(AlertLevel.NONE);
		assertThat(this.told).extracting(ConnectionAlert::level).containsExactly(AlertLevel.PANIC, AlertLevel.NONE);
	}

	@Test
	void waitIsNotReckonedThroughATimeWhenNobodyLooked() {
		this.waiting = 1;
		poll(10);
		this.now = this.now.plusSeconds(600);
		this.watchedSince = this.now;
		poll(10);
		assertThat(level(AlertSubject.POOL)).isEqualTo(AlertLevel.NONE);
	}

	@Test
	void waitIsNotReckonedThroughATimeWhenNobodyAsked() {
		this.waiting = 1;
		poll(10);
		this.now = this.now.plusSeconds(600);
		poll(10);
		assertThat(level(AlertSubject.POOL)).isEqualTo(AlertLevel.NONE);
	}

	@Test
	void timeWhenNobodyAskedIsNotATimeWithoutAnAnswer() {
		poll(10);
		Instant seen = this.now;
		MonitorFailure failure = MonitorFailure.of(new SQLException("refused", "08001"));
		this.now = seen.plusSeconds(600);
		this.alerts.polled(new MonitorState(snapshot(seen), failure, this.now, Instant.EPOCH));
		assertThat(level(AlertSubject.MONITOR)).isEqualTo(AlertLevel.NONE);
		this.now = seen.plusSeconds(659);
		this.alerts.polled(new MonitorState(snapshot(seen), failure, this.now, Instant.EPOCH));
		assertThat(level(AlertSubject.MONITOR)).isEqualTo(AlertLevel.NONE);
		this.now = seen.plusSeconds(660);
		this.alerts.polled(new MonitorState(snapshot(seen), failure, this.now, Instant.EPOCH));
		assertThat(this.told).singleElement()
			.satisfies((alert) -> assertThat(alert.message())
				.isEqualTo("the monitor has not seen the server for 60 s: server down"));
	}

	@Test
	void answersThatFailedBeforeAStopAreNotReckonedAfterIt() {
		MonitorFailure failure = MonitorFailure.of(new SQLException("refused", "08001"));
		this.alerts.polled(new MonitorState(null, failure, this.now, this.watchedSince));
		this.now = this.now.plusSeconds(600);
		this.alerts.polled(new MonitorState(null, failure, this.now, this.now));
		assertThat(level(AlertSubject.MONITOR)).isEqualTo(AlertLevel.NONE);
	}

	@Test
	void clockThatIsSetBackDoesNotMakeABlindMonitorSee() {
		poll(10);
		MonitorFailure failure = MonitorFailure.of(new SQLException("refused", "08001"));
		Instant seen = this.now;
		this.now = seen.plusSeconds(1);
		this.alerts.polled(new MonitorState(snapshot(seen), failure, this.now, Instant.EPOCH));
		this.now = seen.minusSeconds(3600);
		Instant set = this.now;
		for (int second = 0; second <= 60; second += 5) {
			this.now = set.plusSeconds(second);
			this.alerts.polled(new MonitorState(null, failure, this.now, set));
		}
		assertThat(level(AlertSubject.MONITOR)).isEqualTo(AlertLevel.PAGE);
		this.now = set.minusSeconds(3600);
		this.told.clear();
		this.alerts.polled(new MonitorState(null, failure, this.now, this.now));
		assertThat(this.told).singleElement().extracting(ConnectionAlert::level).isEqualTo(AlertLevel.PAGE);
	}

	@Test
	void clockThatIsSetBackDoesNotHideThatSomebodyWaits() {
		this.waiting = 1;
		poll(10);
		this.now = this.now.minusSeconds(3600);
		for (int i = 0; i < 10; i++) {
			poll(10);
		}
		assertThat(level(AlertSubject.POOL)).isEqualTo(AlertLevel.PAGE);
	}

	@Test
	void serverThatAnswersAnythingElseIsNobodysAlarm() {
		MonitorFailure down = MonitorFailure.of(new SQLException("refused", "08001"));
		MonitorFailure refused = MonitorFailure.of(new SQLException("column waitstart does not exist", "42703"));
		this.alerts.polled(new MonitorState(null, down, this.now, Instant.EPOCH));
		this.now = this.now.plusSeconds(60);
		this.alerts.polled(new MonitorState(null, down, this.now, Instant.EPOCH));
		for (int i = 0; i < 8; i++) {
			this.now = this.now.plusSeconds(60);
			this.alerts.polled(new MonitorState(null, refused, this.now, Instant.EPOCH));
		}
		assertThat(this.told).extracting(ConnectionAlert::level).containsExactly(AlertLevel.PAGE, AlertLevel.NONE);
		assertThat(this.told.get(1).message()).isEqualTo("the server answers, but not what the monitor asks");
		this.now = this.now.plusSeconds(59);
		this.alerts.polled(new MonitorState(null, down, this.now, Instant.EPOCH));
		assertThat(level(AlertSubject.MONITOR)).isEqualTo(AlertLevel.NONE);
	}

	@Test
	void refusalIsOverWhereNobodySeesTheServerBehindIt() {
		this.refusals.connectFailed(new SQLException("sorry, too many clients already", "53300"));
		for (int i = 0; i < 8; i++) {
			pollWhatIsRefused();
			assertThat(level(AlertSubject.CONNECTIONS)).isEqualTo(AlertLevel.PANIC);
		}
		pollWhatIsRefused();
		assertThat(this.told).extracting(ConnectionAlert::level).containsExactly(AlertLevel.PANIC, AlertLevel.NONE);
		assertThat(this.told.get(1).message()).isEqualTo("no connection was refused since");
	}

	@Test
	void fullServerThatNobodySeesAnyMoreIsNotTakenForAnEmptyOne() {
		poll(960);
		this.now = this.now.plusSeconds(120);
		for (int i = 0; i < 20; i++) {
			pollWhatIsRefused();
		}
		assertThat(level(AlertSubject.CONNECTIONS)).isEqualTo(AlertLevel.PANIC);
	}

	private void pollWhatIsRefused() {
		this.now = this.now.plusSeconds(5);
		MonitorFailure refused = MonitorFailure.of(new SQLException("permission denied for view pg_locks", "42501"));
		this.alerts.polled(new MonitorState(null, refused, this.now, this.watchedSince));
	}

	private static ServerSnapshot snapshot(Instant takenAt) {
		return new ServerSnapshot(takenAt, new SessionLimits(1003, 3, null, null), true, List.of(), 0, List.of());
	}

	@Test
	void waitThatEndsStartsAnew() {
		this.waiting = 1;
		for (int i = 0; i < 3; i++) {
			poll(10);
		}
		this.waiting = 0;
		poll(10);
		this.waiting = 1;
		for (int i = 0; i < 3; i++) {
			poll(10);
		}
		assertThat(level(AlertSubject.POOL)).isEqualTo(AlertLevel.NONE);
	}

	@Test
	void lastFiftyChangesAreKept() {
		for (int i = 0; i < 60; i++) {
			poll(950);
			for (int j = 0; j < 8; j++) {
				poll(10);
			}
		}
		assertThat(this.told).hasSize(120);
		assertThat(this.alerts.history()).hasSize(50).startsWith(this.told.get(119), this.told.get(118));
	}

	@Test
	void failureOfOneWhoIsToldIsNotThatOfTheOthers() {
		ConnectionAlerts alerts = new ConnectionAlerts(new AlertPolicy(70, 85, 95), this.refusals, () -> 0,
				new ApplicationInstance("notes", "abc123"), List.of((alert) -> {
					throw new IllegalStateException("cannot tell");
				}, this.told::add), Clock.fixed(Instant.EPOCH, ZoneOffset.UTC));
		this.refusals.connectFailed(new SQLException("sorry, too many clients already", "53300"));
		alerts.polled(new MonitorState(null, null, Instant.EPOCH, Instant.EPOCH));
		assertThat(this.told).hasSize(1);
	}

	@ParameterizedTest
	@CsvSource({ "0, 85, 95", "-1, 85, 95", "85, 70, 95", "70, 70, 95", "70, 95, 85", "70, 85, 85", "70, 85, 101" })
	void thresholdsMustRise(int alert, int page, int panic) {
		assertThatIllegalArgumentException().isThrownBy(() -> new AlertPolicy(alert, page, panic))
			.withMessageContaining("pgkeel.alert.thresholds")
			.withMessageContaining("alert=" + alert);
	}

	@Test
	void thresholdsReachFromOneToAHundred() {
		AlertPolicy policy = new AlertPolicy(1, 2, 100);
		assertThat(policy.levelOf(0.9)).isEqualTo(AlertLevel.NONE);
		assertThat(policy.levelOf(1)).isEqualTo(AlertLevel.ALERT);
		assertThat(policy.levelOf(2)).isEqualTo(AlertLevel.PAGE);
		assertThat(policy.levelOf(100)).isEqualTo(AlertLevel.PANIC);
	}

}
