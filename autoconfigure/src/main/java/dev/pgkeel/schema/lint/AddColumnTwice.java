package dev.pgkeel.schema.lint;

import org.jspecify.annotations.Nullable;

/**
 * A column that is added without {@code IF NOT EXISTS}.
 */
final class AddColumnTwice implements LintRule {

	@Override
	public String id() {
		return "add-column";
	}

	@Override
	public LintSeverity severity() {
		return LintSeverity.ERROR;
	}

	@Override
	public @Nullable Advice check(Step step) {
		if (step.fails() && step.handling() == Step.Handling.NONE && step.action() instanceof Action.Create create
				&& create.kind() == ObjectKind.COLUMN) {
			return new Advice("ADD " + create.label() + " fails on the second run (" + step.stateShown() + ")",
					"Write ADD COLUMN IF NOT EXISTS");
		}
		return null;
	}

}
