package dev.pgkeel.schema.lint;

import org.jspecify.annotations.Nullable;

/**
 * A {@code DROP} without {@code IF EXISTS}.
 */
final class DropWithoutIfExists implements LintRule {

	@Override
	public String id() {
		return "drop-if-exists";
	}

	@Override
	public LintSeverity severity() {
		return LintSeverity.ERROR;
	}

	@Override
	public @Nullable Advice check(Step step) {
		if (step.fails() && step.handling() == Step.Handling.NONE && step.action() instanceof Action.Drop drop
				&& AlterTwice.hasIfExists(drop.kind())) {
			return new Advice("DROP " + drop.label() + " fails on the second run (" + step.stateShown() + ")",
					"Write DROP " + drop.kind() + " IF EXISTS");
		}
		return null;
	}

}
