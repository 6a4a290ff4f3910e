package dev.pgkeel.schema.lint;

import org.jspecify.annotations.Nullable;

/**
 * A table that is emptied each time.
 */
final class EmptiedTable implements LintRule {

	@Override
	public String id() {
		return "emptied-table";
	}

	@Override
	public LintSeverity severity() {
		return LintSeverity.WARNING;
	}

	@Override
	public @Nullable Advice check(Step step) {
		if (step.action() instanceof Action.Empty empty && !step.guarded() && !step.newTable()) {
			return new Advice("every run empties " + empty.table() + " (" + empty.command() + ")",
					"Leave it out, or add a WHERE that finds only what is to go");
		}
		return null;
	}

}
