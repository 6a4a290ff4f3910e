package dev.pgkeel.lease;

import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link ClosingActions}.
 */
class ClosingActionsTests {

	@Test
	void eightAreRunOncePerKeyThoughTheFirstFails() {
		ClosingActions actions = new ClosingActions();
		List<Integer> run = new ArrayList<>();
		actions.add("first", () -> {
			throw new IllegalStateException("on purpose");
		});
		for (int number = 0; number < 20; number++) {
			int line = number / 2;
			actions.add("line " + line, () -> run.add(line));
		}
		actions.run();
		assertThat(run).containsExactly(0, 1, 2, 3, 4, 5, 6);
	}

}
