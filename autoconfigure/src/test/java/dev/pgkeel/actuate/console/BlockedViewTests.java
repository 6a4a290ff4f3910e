package dev.pgkeel.actuate.console;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import dev.pgkeel.actuate.console.BlockedView.NodeView;
import dev.pgkeel.server.BlockedSession;
import dev.pgkeel.server.SeenSession;
import dev.pgkeel.server.ServerSnapshot;
import dev.pgkeel.server.SessionLimits;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link BlockedView}.
 */
class BlockedViewTests {

	@Test
	void rootComesFirstAndEachSessionOnce() {
		assertThat(tree(waits(2, 1), waits(3, 2, 1), waits(4, 3))).isEqualTo("1(2 3(4))");
	}

	@Test
	void theRootWithTheMostBelowItComesFirst() {
		assertThat(tree(waits(2, 1), waits(6, 5), waits(7, 5))).isEqualTo("5(6 7) 1(2)");
	}

	@Test
	void whoWaitsForOthersTooSaysForWhom() {
		List<NodeView> roots = view(true, waits(2, 1), waits(3, 1, 2)).roots();
		assertThat(roots.get(0).blocks()).extracting(NodeView::alsoBehind).containsExactly(List.of(), List.of("2"));
	}

	@Test
	void longQueueSaysHowManyMoreAreAheadOfTheLastOne() {
		BlockedSession[] queue = IntStream.rangeClosed(2, 101)
			.mapToObj((pid) -> waits(pid, IntStream.range(1, pid).boxed().toArray(Integer[]::new)))
			.toArray(BlockedSession[]::new);
		List<NodeView> waiting = view(true, queue).roots().get(0).blocks();
		assertThat(waiting).hasSize(100).allSatisfy((node) -> assertThat(node.alsoBehind()).hasSizeLessThan(12));
		assertThat(waiting.get(99).alsoBehind()).startsWith("2", "3").endsWith("11", "89 more");
	}

	@Test
	void aDeadlockHasNoRootAndIsShown() {
		assertThat(tree(waits(2, 3), waits(3, 2))).isEqualTo("2(3)");
		assertThat(tree(waits(2, 3), waits(3, 4), waits(4, 2))).isEqualTo("2(4(3))");
	}

	@Test
	void whoWaitsForNobodyAnyMoreIsItsOwnRoot() {
		assertThat(tree(waits(2))).isEqualTo("2");
		assertThat(tree(waits(3, 2), waits(2))).isEqualTo("2(3)");
	}

	@Test
	void statementsAreShownToThoseWhoMaySeeThem() {
		assertThat(view(true, waits(2, 1)).roots().get(0)).extracting(NodeView::application, NodeView::sql)
			.containsExactly("billing", "lock table notes");
		assertThat(view(false, waits(2, 1)).roots().get(0)).extracting(NodeView::application, NodeView::sql)
			.containsExactly("billing", null);
	}

	private static BlockedSession waits(int pid, Integer... blockedBy) {
		return new BlockedSession(pid, "notes", Duration.ofSeconds(3), List.of(blockedBy));
	}

	private static BlockedView view(boolean showSql, BlockedSession... blocked) {
		SeenSession root = new SeenSession(1, "billing", "idle in transaction", Duration.ofSeconds(9),
				Duration.ofSeconds(10), "lock table notes");
		ServerSnapshot snapshot = new ServerSnapshot(Instant.EPOCH, new SessionLimits(100, 3, null, null), true,
				List.of(), blocked.length, List.of(blocked), Map.of(1, root));
		return BlockedView.of(snapshot, new SeenLeases(Map.of()), showSql);
	}

	private static String tree(BlockedSession... blocked) {
		return text(view(true, blocked).roots());
	}

	private static String text(List<NodeView> nodes) {
		return nodes.stream()
			.map((node) -> node.pid() + (node.blocks().isEmpty() ? "" : "(" + text(node.blocks()) + ")"))
			.collect(Collectors.joining(" "));
	}

}
