package dev.pgkeel.schema.lint;

import org.jspecify.annotations.Nullable;

/**
 * A conversion that does not exist for the new type.
 */
final class ConvertTwice implements LintRule {

	@Override
	public String id() {
		return "convert-again";
	}

	@Override
	public LintSeverity severity() {
		return LintSeverity.ERROR;
	}

	@Override
	public @Nullable Advice check(Step step) {
		if (step.fails() && step.action() instanceof Action.Convert convert) {
			return new Advice(
					"USING converts " + convert.column() + " on the second run too, from its new type: that"
							+ " function does not exist (" + step.stateShown() + ")",
					"Write DO $$ BEGIN IF (SELECT atttypid FROM pg_attribute WHERE ...) <> '...'::regtype THEN ...; END IF;"
							+ " END $$");
		}
		return null;
	}

}
