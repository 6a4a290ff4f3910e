package dev.pgkeel.schema.lint;

import org.jspecify.annotations.Nullable;

/**
 * A clause that PostgreSQL does not have.
 */
final class NoSuchClause implements LintRule {

	@Override
	public String id() {
		return "no-such-clause";
	}

	@Override
	public LintSeverity severity() {
		return LintSeverity.ERROR;
	}

	@Override
	public @Nullable Advice check(Step step) {
		if (step.action() instanceof Action.Impossible impossible) {
			return new Advice(impossible.clause() + " does not exist (" + Conditions.describe(impossible.state()) + ")",
					"Write " + impossible.rewrite());
		}
		return null;
	}

}
