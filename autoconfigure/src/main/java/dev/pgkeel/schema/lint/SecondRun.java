package dev.pgkeel.schema.lint;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import dev.pgkeel.schema.lint.Step.Handling;
import org.jspecify.annotations.Nullable;

/**
 * Goes through scripts twice, as if they were run twice on a database that has nothing of
 * them yet, and tells what becomes of each action the second time.
 */
final class SecondRun {

	private final Catalog catalog = new Catalog();

	private final Map<String, Place> dropped = new HashMap<>();

	private final Deque<Node.Block> blocks = new ArrayDeque<>();

	private final List<Step> steps = new ArrayList<>();

	private boolean second;

	private String caught = "";

	private SecondRun() {
	}

	static List<Step> of(List<Node> nodes) {
		SecondRun run = new SecondRun();
		run.run(nodes, false);
		run.second = true;
		run.catalog.nextRun();
		run.dropped.clear();
		run.run(nodes, false);
		return run.steps;
	}

	/**
	 * Goes through nodes.
	 * @return the block that catches an error of theirs, {@code null} if they end well
	 */
	private Node.@Nullable Block run(List<Node> nodes, boolean guarded) {
		boolean guards = guarded;
		for (int i = 0; i < nodes.size(); i++) {
			Node node = nodes.get(i);
			if (node instanceof Node.Exit) {
				return null;
			}
			Node.Block catching = run(node, guards);
			if (catching != null) {
				skip(nodes.subList(i + 1, nodes.size()));
				return catching;
			}
			guards |= node instanceof Node.Branch branch
					&& branch.body().stream().anyMatch(Node.Exit.class::isInstance);
		}
		return null;
	}

	private Node.@Nullable Block run(Node node, boolean guarded) {
		if (node instanceof Node.Sql sql) {
			return run(sql, guarded);
		}
		if (node instanceof Node.Branch branch) {
			return run(branch.body(), guarded || branch.guards());
		}
		return (node instanceof Node.Block block) ? run(block, guarded) : null;
	}

	private Node.@Nullable Block run(Node.Block block, boolean guarded) {
		hidden(block);
		this.blocks.push(block);
		Node.Block catching = run(block.body(), guarded);
		this.blocks.pop();
		if (catching != block) {
			return catching;
		}
		for (Node.Handler handler : block.handlers()) {
			Node.Block outer = run(handler.body(), true);
			if (outer != null) {
				return outer;
			}
		}
		return null;
	}

	private void hidden(Node.Block block) {
		for (Node.Handler handler : block.handlers()) {
			if (handler.silent() && handler.conditions().contains("others")) {
				String statement = first(block.body());
				step(new Action.HideErrors((statement != null) ? statement : "what is in the block"), handler.place(),
						null, Handling.NONE, false);
			}
		}
	}

	private static @Nullable String first(List<Node> nodes) {
		for (Node node : nodes) {
			String text = (node instanceof Node.Sql sql) ? sql.oneLine() : (node instanceof Node.Branch branch)
					? first(branch.body()) : (node instanceof Node.Block block) ? first(block.body()) : null;
			if (text != null) {
				return text;
			}
		}
		return null;
	}

	private Node.@Nullable Block run(Node.Sql sql, boolean guarded) {
		for (Action action : sql.actions()) {
			recreated(action, sql.place());
			String failure = this.catalog.apply(action);
			String state = guarded ? null : failure;
			Node.Block catching = (state != null) ? catching(state) : null;
			Handling handling = (catching != null) ? Handling.CAUGHT
					: (state != null && hasHandlers()) ? Handling.MISSED : Handling.NONE;
			step(action, sql.place(), state, handling, guarded);
			if (state != null && catching != null && this.second) {
				this.caught = state;
				return catching;
			}
		}
		return null;
	}

	private Node.@Nullable Block catching(String state) {
		for (Node.Block block : this.blocks) {
			if (block.catches(state)) {
				return block;
			}
		}
		return null;
	}

	private boolean hasHandlers() {
		return this.blocks.stream().anyMatch((block) -> !block.handlers().isEmpty());
	}

	private void recreated(Action action, Place place) {
		if (action instanceof Action.Drop drop) {
			this.dropped.putIfAbsent(drop.key(), place);
		}
		else if (action instanceof Action.Create create) {
			Place before = this.dropped.remove(create.key());
			if (before != null && !create.temporary()) {
				step(new Action.Recreate(create.kind(), create.label()), before, null, Handling.NONE, false);
			}
		}
	}

	private void skip(List<Node> nodes) {
		for (Node node : nodes) {
			if (node instanceof Node.Sql sql && sql.actions().stream().anyMatch(SecondRun::isChange)) {
				step(new Action.Skip(sql.oneLine(), this.caught), sql.place(), null, Handling.NONE, false);
				return;
			}
		}
	}

	private static boolean isChange(Action action) {
		return action instanceof Action.Create || action instanceof Action.Rename || action instanceof Action.Insert
				|| action instanceof Action.Lock;
	}

	private void step(Action action, Place place, @Nullable String state, Handling handling, boolean guarded) {
		if (this.second) {
			String table = table(action);
			boolean known = action instanceof Action.Insert insert && this.catalog.knowsRows(insert);
			this.steps.add(new Step(action, place, state, handling, guarded,
					known || (table != null && this.catalog.isNewTable(table)),
					table != null && this.catalog.hasNoKey(table)));
		}
	}

	private static @Nullable String table(Action action) {
		if (action instanceof Action.Insert insert) {
			return insert.table();
		}
		if (action instanceof Action.Unnamed unnamed) {
			return unnamed.table();
		}
		if (action instanceof Action.RelativeUpdate update) {
			return update.table();
		}
		if (action instanceof Action.Convert convert) {
			return convert.table();
		}
		if (action instanceof Action.Lock lock) {
			return lock.table();
		}
		return (action instanceof Action.Empty empty) ? empty.table() : null;
	}

}
