package dev.pgkeel.actuate.console;

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

	static BlockedView of(ServerSnapshot snapshot, Map<Integer, LeaseView> ours, boolean showSql) {
		return new Tree(snapshot, ours, showSql).view();
	}

	/**
	 * One session.
	 *
	 * @param pid its process, 0 for a prepared transaction
	 * @param application its application's name, {@code null} if it is not known
	 * @param waitingMs how long it has waited, in milliseconds, {@code null} if it does
	 * not wait
	 * @param alsoBehind the other processes that it waits for
	 * @param lease the lease of this instance that uses it, if there is one
	 * @param blocks the sessions that wait for it
	 */
	public record NodeView(int pid, @Nullable String application, @Nullable Long waitingMs, List<Integer> alsoBehind,
			@Nullable LeaseView lease, List<NodeView> blocks) {

	}

	/**
	 * Makes a tree of what need not be one: a session may wait for several others, and in
	 * a deadlock that the server has not noticed yet they wait for each other.
	 */
	private static final class Tree {

		private final ServerSnapshot snapshot;

		private final Map<Integer, LeaseView> ours;

		private final Map<Integer, BlockedSession> waiting = new HashMap<>();

		private final Map<Integer, List<BlockedSession>> children = new HashMap<>();

		private final Set<Integer> shown = new HashSet<>();

		Tree(ServerSnapshot snapshot, Map<Integer, LeaseView> ours, boolean showSql) {
			this.snapshot = snapshot;
			this.ours = ours;
			snapshot.longestBlocked().forEach((session) -> this.waiting.put(session.pid(), session));
			for (BlockedSession session : snapshot.longestBlocked()) {
				this.children.computeIfAbsent(parent(session), (pid) -> new ArrayList<>()).add(session);
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
				.orElseGet(() -> session.blockedBy().isEmpty() ? -1 : session.blockedBy().get(0));
		}

		BlockedView view() {
			List<NodeView> roots = new ArrayList<>();
			for (Integer pid : new TreeSet<>(this.children.keySet())) {
				if (!this.waiting.containsKey(pid)) {
					roots.add(node(pid, pid));
				}
			}
			// Those that wait for each other have no root
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
			List<Integer> alsoBehind = (session != null)
					? session.blockedBy().stream().filter((other) -> other != parent).toList() : List.of();
			return new NodeView(pid, (session != null) ? session.application() : null,
					(session != null) ? session.waiting().toMillis() : null, alsoBehind, this.ours.get(pid), blocks);
		}

	}

}
