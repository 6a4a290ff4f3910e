package dev.pgkeel.schema.lint;

import org.jspecify.annotations.Nullable;

/**
 * A statement that is left out because one before it failed and was caught.
 */
final class SkippedByHandler implements LintRule {

	@Override
	public String id() {
		return "skipped-statement";
	}

	@Override
	public LintSeverity severity() {
		return LintSeverity.WARNING;
	}

	@Override
	public @Nullable Advice check(Step step) {
		if (step.action() instanceof Action.Skip skip) {
			return new Advice(skip.statement() + " is left out on the second run: " + Conditions.describe(skip.state())
					+ " is caught before it", "Give each statement a DO block of its own");
		}
		return null;
	}

}
