package dev.pgkeel.schema.lint;

import org.jspecify.annotations.Nullable;

/**
 * Rows with a key that is there already.
 */
final class InsertTwice implements LintRule {

	@Override
	public String id() {
		return "insert-key";
	}

	@Override
	public LintSeverity severity() {
		return LintSeverity.ERROR;
	}

	@Override
	public @Nullable Advice check(Step step) {
		if (step.fails() && step.handling() == Step.Handling.NONE && step.action() instanceof Action.Insert insert) {
			return new Advice("the same key is inserted into " + insert.table() + " again on the second run ("
					+ step.stateShown() + ")", "Write ON CONFLICT DO NOTHING");
		}
		return null;
	}

}
