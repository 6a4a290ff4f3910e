package dev.pgkeel.schema.lint;

import org.jspecify.annotations.Nullable;

/**
 * An index or constraint that gets another name each time.
 */
final class UnnamedObject implements LintRule {

	@Override
	public String id() {
		return "unnamed-object";
	}

	@Override
	public LintSeverity severity() {
		return LintSeverity.WARNING;
	}

	@Override
	public @Nullable Advice check(Step step) {
		if (step.action() instanceof Action.Unnamed unnamed && !step.guarded() && !step.newTable()) {
			boolean index = unnamed.kind() != ObjectKind.CONSTRAINT;
			return new Advice(
					"every run makes another " + unnamed.kind().lowerCase() + " on " + unnamed.table()
							+ ": it has no name",
					"Give it a name, and write " + (index ? "IF NOT EXISTS" : Rewrites.guard(ObjectKind.CONSTRAINT)));
		}
		return null;
	}

}
