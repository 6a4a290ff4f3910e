package dev.pgkeel.schema.lint;

import org.jspecify.annotations.Nullable;

/**
 * A new name for what has it already.
 */
final class RenameTwice implements LintRule {

	@Override
	public String id() {
		return "rename-once";
	}

	@Override
	public LintSeverity severity() {
		return LintSeverity.ERROR;
	}

	@Override
	public @Nullable Advice check(Step step) {
		if (step.fails() && step.handling() == Step.Handling.NONE && step.action() instanceof Action.Rename rename
				&& !rename.addsConstraint()) {
			String guard = rename.kind().isRelation() ? "ALTER " + rename.kind() + " IF EXISTS"
					: Rewrites.change(rename.kind(), rename.state());
			boolean bothAreThere = !rename.state().equals(step.state());
			return new Advice(
					"renaming or moving " + rename.label() + " fails on the second run (" + step.stateShown() + ")",
					(bothAreThere ? "Make it under its new name, and above that write " : "Write ") + guard);
		}
		return null;
	}

}
