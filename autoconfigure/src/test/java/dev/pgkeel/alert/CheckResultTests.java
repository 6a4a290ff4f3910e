package dev.pgkeel.alert;

import java.time.Duration;
import java.time.Instant;
import java.util.List;

import dev.pgkeel.alert.CheckResult.Verdict;
import dev.pgkeel.server.BlockedSession;
import dev.pgkeel.server.RefusalReason;
import dev.pgkeel.server.ServerSnapshot;
import dev.pgkeel.server.SessionGroup;
import dev.pgkeel.server.SessionLimits;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link CheckResult}.
 */
class CheckResultTests {

	private static CheckResult check(int sessions, int hidden, Duration idle, List<BlockedSession> blocked) {
		ServerSnapshot snapshot = new ServerSnapshot(Instant.EPOCH, new SessionLimits(100, 3, null, null), hidden == 0,
				List.of(new SessionGroup("notes", "idle", sessions, sessions, sessions, hidden, idle)), blocked.size(),
				blocked);
		return CheckResult.of(snapshot, new AlertPolicy(70, 85, 95));
	}

	@Test
	void fewConnectionsAreFine() {
		CheckResult result = check(12, 0, Duration.ZERO, List.of());
		assertThat(result).hasToString("OK: 12/97 connections (12 %), longest idle in transaction 0 s");
		assertThat(result.verdict().exitCode()).isZero();
	}

	@Test
	void manyConnectionsAreAnAlert() {
		assertThat(check(67, 0, Duration.ZERO, List.of()).verdict()).isEqualTo(Verdict.OK);
		CheckResult result = check(68, 4, Duration.ZERO, List.of());
		assertThat(result).hasToString("ALERT: at most 68/97 connections (70 %), longest idle in transaction 0 s");
		assertThat(result.verdict().exitCode()).isOne();
	}

	@Test
	void longIdleTransactionIsAnAlert() {
		assertThat(check(1, 0, Duration.ofSeconds(59), List.of()).verdict()).isEqualTo(Verdict.OK);
		assertThat(check(1, 0, Duration.ofSeconds(60), List.of()))
			.hasToString("ALERT: 1/97 connections (1 %), longest idle in transaction 60 s");
	}

	@Test
	void longWaitForALockIsAnAlert() {
		assertThat(
				check(2, 0, Duration.ZERO, List.of(new BlockedSession(7, "notes", Duration.ofSeconds(9), List.of(8)))))
			.hasToString("OK: 2/97 connections (2 %), longest idle in transaction 0 s, 1 blocked, the longest for 9 s");
		assertThat(
				check(2, 0, Duration.ZERO, List.of(new BlockedSession(7, "notes", Duration.ofSeconds(10), List.of(8))))
					.verdict())
			.isEqualTo(Verdict.ALERT);
	}

	@Test
	void refusalIsAnAlertThatSaysWhatToDo() {
		CheckResult result = CheckResult.of(RefusalReason.ROLE_LIMIT);
		assertThat(result.verdict()).isEqualTo(Verdict.ALERT);
		assertThat(result.toString()).startsWith("ALERT: the server refused the connection, since ")
			.contains(RefusalReason.ROLE_LIMIT.action());
	}

	@Test
	void whatIsNotKnownIsSaidInOneLine() {
		assertThat(CheckResult.unknown("because\nof much")).hasToString("UNKNOWN: because");
		assertThat(Verdict.UNKNOWN.exitCode()).isEqualTo(2);
	}

}
