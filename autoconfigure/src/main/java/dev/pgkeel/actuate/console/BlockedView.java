package dev.pgkeel.actuate.console;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

import dev.pgkeel.actuate.console.LeasesView.LeaseView;
import dev.pgkeel.server.BlockedSession;
import dev.pgkeel.server.SeenSession;
import dev.pgkeel.server.ServerSnapshot;
import org.jspecify.annotations.Nullable;

/**
 * Who waits for whom.
 *
 * @param waiting how many sessions wait for a lock
 * @param roots the sessions that do not wait themselves but have others wait, and below
 * each those that wait for it
 * @since 0.1.0
 */
public record BlockedView(int waiting, List<NodeView> roots) {

	private static final int MOST_BEHIND = 10;

	static BlockedView of(ServerSnapshot snapshot, SeenLeases ours, boolean showSql) {
		return new Tree(snapshot, ours, showSql).view();
	}

	/**
	 * One session.
	 *
	 * @param pid its process, 0 for a prepared transaction
	 * @param application its application's name, {@code null} if it is not known
	 * @param state its state, {@code null} if it is not known
	 * @param transactionMs for how long its transaction has been open, in milliseconds
	 * @param waitingMs how long it has waited, in milliseconds, {@code null} if it does
	 * not wait
	 * @param alsoBehind the first of the other processes that it waits for, and how many
	 * more there are
	 * @param sql its statement without its values, {@code null} if it may not be shown or
	 * is not known
	 * @param lease the lease of this instance that uses it, if there is one
	 * @param blocks the sessions that wait for it
	 */
	public record NodeView(int pid, @Nullable String application, @Nullable String state, @Nullable Long transactionMs,
			@Nullable Long waitingMs, List<String> alsoBehind, @Nullable String sql, @Nullable LeaseView lease,
			List<NodeView> blocks) {

		static NodeView of(int pid, @Nullable SeenSession seen, @Nullable BlockedSession waiting,
				List<String> alsoBehind, boolean showSql, @Nullable LeaseView lease, List<NodeView> blocks) {
			String application = (seen != null) ? seen.application()
					: ((waiting != null) ? waiting.application() : null);
			Duration transaction = (seen != null) ? seen.transactionFor() : null;
			return new NodeView(pid, application, (seen != null) ? seen.state() : null,
					(transaction != null) ? transaction.toMillis() : null,
					(waiting != null) ? waiting.waiting().toMillis() : null, alsoBehind,
					(seen != null && showSql) ? seen.statement() : null, lease, blocks);
		}

	}

	/**
	 * Makes a tree of what need not be one: a session may wait for several others, and in
	 * a deadlock that the server has not noticed yet they wait for each other.
	 */
	private static final class Tree {

		private final ServerSnapshot snapshot;

		private final SeenLeases ours;

		private final boolean showSql;

		private final Map<Integer, BlockedSession> waiting = new HashMap<>();

		private final Map<Integer, List<BlockedSession>> children = new HashMap<>();

		private final Set<Integer> shown = new HashSet<>();

		Tree(ServerSnapshot snapshot, SeenLeases ours, boolean showSql) {
			this.snapshot = snapshot;
			this.ours = ours;
			this.showSql = showSql;
			snapshot.longestBlocked().forEach((session) -> this.waiting.put(session.pid(), session));
			for (BlockedSession session : snapshot.longestBlocked()) {
				// Who waits for nobody any more has no parent
				if (!session.blockedBy().isEmpty()) {
					this.children.computeIfAbsent(parent(session), (pid) -> new ArrayList<>()).add(session);
				}
			}
		}

		/**
		 * The one of those it waits for that does not wait, if there is one.
		 */
		private int parent(BlockedSession session) {
			return session.blockedBy()
				.stream()
				.filter((pid) -> !this.waiting.containsKey(pid))
				.findFirst()
				.orElseGet(() -> session.blockedBy().get(0));
		}

		BlockedView view() {
			List<NodeView> roots = new ArrayList<>();
			for (Integer pid : new TreeSet<>(this.children.keySet())) {
				if (!this.waiting.containsKey(pid)) {
					roots.add(node(pid, pid));
				}
			}
			// Those that wait for each other, or for nobody, have no root
			for (Integer pid : new TreeSet<>(this.waiting.keySet())) {
				if (!this.shown.contains(pid)) {
					roots.add(node(pid, pid));
				}
			}
			roots.sort(Comparator.comparingInt((NodeView root) -> size(root)).reversed());
			return new BlockedView(this.snapshot.blocked(), List.copyOf(roots));
		}

		private static int size(NodeView node) {
			return 1 + node.blocks().stream().mapToInt(Tree::size).sum();
		}

		private NodeView node(int pid, int parent) {
			this.shown.add(pid);
			List<NodeView> blocks = new ArrayList<>();
			for (BlockedSession child : this.children.getOrDefault(pid, List.of())) {
				if (!this.shown.contains(child.pid())) {
					blocks.add(node(child.pid(), pid));
				}
			}
			BlockedSession session = this.waiting.get(pid);
			List<String> alsoBehind = (session != null) ? alsoBehind(session, parent) : List.of();
			return NodeView.of(pid, this.snapshot.seen().get(pid), session, alsoBehind, this.showSql,
					this.ours.get(pid), blocks);
		}

		/**
		 * Of a long queue each waits for all that came before.
		 */
		private static List<String> alsoBehind(BlockedSession session, int parent) {
			List<String> others = session.blockedBy()
				.stream()
				.filter((other) -> other != parent)
				.map(String::valueOf)
				.toList();
			if (others.size() <= MOST_BEHIND) {
				return others;
			}
			List<String> some = new ArrayList<>(others.subList(0, MOST_BEHIND));
			some.add((others.size() - MOST_BEHIND) + " more");
			return List.copyOf(some);
		}

	}

}
