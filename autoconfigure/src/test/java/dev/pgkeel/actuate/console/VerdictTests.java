package dev.pgkeel.actuate.console;

import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

import dev.pgkeel.alert.AlertLevel;
import dev.pgkeel.alert.AlertPolicy;
import dev.pgkeel.alert.AlertSubject;
import dev.pgkeel.alert.ConnectionAlert;
import dev.pgkeel.server.MonitorFailure;
import dev.pgkeel.server.MonitorState;
import dev.pgkeel.server.ServerSnapshot;
import dev.pgkeel.server.SessionGroup;
import dev.pgkeel.server.SessionLimits;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link Verdict}.
 */
class VerdictTests {

	private static final Instant NOW = Instant.parse("2026-11-24T03:00:00Z");

	private static final AlertPolicy POLICY = new AlertPolicy(70, 85, 95);

	private static final PoolView POOL = new PoolView("dataSource", 3, 0, 0, 10);

	@ParameterizedTest
	@CsvSource({ "10,none", "68,alert", "83,page", "96,panic" })
	void levelIsThatOfTheBindingLimitAtOnce(int sessions, String level) {
		Verdict verdict = verdict(state(snapshot(sessions, 0, null)), List.of(), POOL);
		assertThat(verdict).isEqualTo(
				new Verdict(level, sessions + " of 97 usable connections; `billing` holds " + sessions, List.of()));
	}

	@Test
	void aRolesLimitBindsAndACountThatMayBeTooHighSaysSo() {
		assertThat(verdict(state(snapshot(8, 0, 10)), List.of(), POOL).text())
			.isEqualTo("8 of 10 connections of this role; `billing` holds 8");
		assertThat(verdict(state(snapshot(50, 20, null)), List.of(), POOL).text())
			.startsWith("at most 50 of 97 usable");
	}

	@Test
	void alertsInForceAndBorrowersThatWaitAreTold() {
		ConnectionAlert alert = new ConnectionAlert(AlertSubject.BLOCKED, AlertLevel.PAGE, AlertLevel.NONE,
				"1 session waits for a lock", NOW, "key");
		Verdict verdict = verdict(state(snapshot(10, 0, null)), List.of(alert),
				new PoolView("dataSource", 10, 0, 1, 10));
		assertThat(verdict.level()).isEqualTo("page");
		assertThat(verdict.also()).containsExactly(
				"1 thread waits for a connection of `dataSource`: 10 of its 10 are in use",
				"1 session waits for a lock");
	}

	@Test
	void anAlertThatIsNotClearedYetIsTold() {
		ConnectionAlert alert = new ConnectionAlert(AlertSubject.CONNECTIONS, AlertLevel.PAGE, AlertLevel.NONE,
				"10/97 connections (10 %)", NOW, "key");
		assertThat(verdict(state(snapshot(10, 0, null)), List.of(alert), POOL))
			.isEqualTo(new Verdict("page", "10 of 97 usable connections; `billing` holds 10",
					List.of("The page about connections stays until there were fewer for a while")));
		assertThat(verdict(state(snapshot(96, 0, null)), List.of(alert), POOL).also()).isEmpty();
	}

	@Test
	void whatIsNotKnownIsUnknown() {
		assertThat(verdict(null, List.of(), POOL).level()).isEqualTo("unknown");
		assertThat(verdict(new MonitorState(null, null, null, NOW), List.of(), POOL).text())
			.isEqualTo("the server was not asked yet");
		MonitorState old = new MonitorState(snapshot(10, 0, null), null, NOW, NOW.minusSeconds(600));
		assertThat(Verdict.of(old, List.of(), POLICY, List.of(), NOW.plus(Duration.ofMinutes(2)), true))
			.extracting(Verdict::level, Verdict::text)
			.containsExactly("unknown", "what was seen last is too old to be shown");
	}

	@Test
	void aServerThatRefusesIsPanicAndOneThatIsDownIsUnknown() {
		MonitorFailure full = MonitorFailure.of(new SQLException("FATAL: sorry, too many clients already", "53300"));
		assertThat(verdict(new MonitorState(null, full, NOW, NOW), List.of(), POOL))
			.satisfies((verdict) -> assertThat(verdict.level()).isEqualTo("panic"))
			.satisfies((verdict) -> assertThat(verdict.text()).startsWith("the server refuses connections, since "));
		MonitorFailure down = MonitorFailure.of(new SQLException("Connection to db.internal refused", "08001"));
		MonitorState state = new MonitorState(null, down, NOW, NOW);
		assertThat(verdict(state, List.of(), POOL)).extracting(Verdict::level, Verdict::text)
			.containsExactly("unknown",
					"the monitor gets no answer: Connection to db.internal refused (SQLSTATE 08001)");
		assertThat(Verdict.of(state, List.of(), POLICY, List.of(), NOW, false).text())
			.isEqualTo("the monitor gets no answer");
	}

	@Test
	void aServerThatLetsNobodyInGivesAnAnswer() {
		MonitorFailure refused = MonitorFailure.of(new SQLException("FATAL: no", "28000"));
		MonitorFailure absent = MonitorFailure.of(new SQLException("FATAL: absent", "3D000"));
		assertThat(verdict(new MonitorState(null, refused, NOW, NOW), List.of(), POOL).text())
			.isEqualTo("the server does not let the monitor in: FATAL: no (SQLSTATE 28000)");
		assertThat(Verdict.describe(refused, false)).isEqualTo("the server does not let the monitor in");
		assertThat(Verdict.describe(absent, true))
			.isEqualTo("the database is not there: FATAL: absent (SQLSTATE 3D000)");
		MonitorFailure unknown = MonitorFailure.of(new SQLException("ERROR: no column", "42703"));
		assertThat(Verdict.describe(unknown, true))
			.isEqualTo("the server does not answer what the monitor asks: ERROR: no column (SQLSTATE 42703)");
	}

	private static Verdict verdict(@Nullable MonitorState state, List<ConnectionAlert> alerts, PoolView pool) {
		return Verdict.of(state, alerts, POLICY, List.of(pool), NOW, true);
	}

	private static MonitorState state(ServerSnapshot snapshot) {
		return new MonitorState(snapshot, null, NOW, NOW);
	}

	private static ServerSnapshot snapshot(int sessions, int hidden, @Nullable Integer role) {
		return new ServerSnapshot(NOW, new SessionLimits(100, 3, role, null), true,
				List.of(new SessionGroup("billing", "idle", sessions, sessions, sessions, hidden, Duration.ZERO)), 0,
				List.of());
	}

}
