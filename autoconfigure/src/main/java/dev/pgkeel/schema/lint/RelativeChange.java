package dev.pgkeel.schema.lint;

import org.jspecify.annotations.Nullable;

/**
 * An {@code UPDATE} that goes on from its own result.
 */
final class RelativeChange implements LintRule {

	@Override
	public String id() {
		return "relative-update";
	}

	@Override
	public LintSeverity severity() {
		return LintSeverity.WARNING;
	}

	@Override
	public @Nullable Advice check(Step step) {
		if (step.action() instanceof Action.RelativeUpdate update && !step.guarded() && !step.newTable()) {
			return new Advice(
					"every run changes " + update.column() + " of " + update.table() + " again, from its own result",
					"Set a value that does not depend on the old one, or let WHERE find only rows not changed yet");
		}
		return null;
	}

}
