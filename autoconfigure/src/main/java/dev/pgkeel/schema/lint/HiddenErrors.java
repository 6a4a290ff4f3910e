package dev.pgkeel.schema.lint;

import org.jspecify.annotations.Nullable;

/**
 * A handler for all errors that says nothing.
 */
final class HiddenErrors implements LintRule {

	@Override
	public String id() {
		return "hidden-errors";
	}

	@Override
	public LintSeverity severity() {
		return LintSeverity.ERROR;
	}

	@Override
	public @Nullable Advice check(Step step) {
		if (step.action() instanceof Action.HideErrors hidden) {
			return new Advice(
					"WHEN OTHERS hides every error of " + hidden.statement()
							+ ": a missing table, a missing role or a missing right is never seen",
					"Name the one condition to expect, such as duplicate_object, or leave the handler out");
		}
		return null;
	}

}
