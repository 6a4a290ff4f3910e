package dev.pgkeel.lease;

import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link LeaseSessions}.
 */
class LeaseSessionsTests {

	@Test
	void serverThatCannotBeAskedIsNotAskedAgainAtOnce() {
		AtomicInteger questions = new AtomicInteger();
		LeaseSessions sessions = new LeaseSessions((pids) -> {
			questions.incrementAndGet();
			throw new SQLException("on purpose");
		});
		assertThat(sessions.ask(List.of())).isEmpty();
		assertThat(sessions.ask(List.of())).isEmpty();
		assertThat(questions).hasValue(1);
	}

}
