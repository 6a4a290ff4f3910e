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
			return new Advice(
					"every run makes another " + unnamed.kind().lowerCase() + " on " + unnamed.table()
							+ ": it has no name",
					"Give it a name, and write " + ((unnamed.kind().remedy() == ObjectKind.Remedy.IF_NOT_EXISTS)
							? "IF NOT EXISTS" : Rewrites.guard(unnamed.kind())));
		}
		return null;
	}

}
