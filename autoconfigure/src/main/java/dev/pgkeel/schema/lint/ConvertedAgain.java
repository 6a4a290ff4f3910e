package dev.pgkeel.schema.lint;

import org.jspecify.annotations.Nullable;

/**
 * A conversion that goes on from its own result.
 */
final class ConvertedAgain implements LintRule {

	@Override
	public String id() {
		return "using-again";
	}

	@Override
	public LintSeverity severity() {
		return LintSeverity.WARNING;
	}

	@Override
	public @Nullable Advice check(Step step) {
		if (step.action() instanceof Action.Convert convert && step.state() == null && !step.guarded()
				&& !step.newTable()) {
			return new Advice(
					"every run rewrites " + convert.table() + " and converts " + convert.column()
							+ " again, from its own result",
					"Write DO $$ BEGIN IF (SELECT atttypid FROM pg_attribute WHERE ...) <> '...'::regtype THEN ...; END IF;"
							+ " END $$");
		}
		return null;
	}

}
