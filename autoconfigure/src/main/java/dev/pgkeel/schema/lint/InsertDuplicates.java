package dev.pgkeel.schema.lint;

import org.jspecify.annotations.Nullable;

/**
 * Rows that are inserted once more each time.
 */
final class InsertDuplicates implements LintRule {

	@Override
	public String id() {
		return "insert-again";
	}

	@Override
	public LintSeverity severity() {
		return LintSeverity.WARNING;
	}

	@Override
	public @Nullable Advice check(Step step) {
		if (!(step.action() instanceof Action.Insert insert) || step.state() != null || step.guarded()
				|| step.newTable() || insert.onlyMissing()) {
			return null;
		}
		if (insert.onConflict()) {
			return step.noKey() ? new Advice(
					"every run inserts the rows again: " + insert.table() + " has no key that ON CONFLICT could find",
					"Give " + insert.table() + " a primary key or a unique constraint") : null;
		}
		return new Advice(
				"every run inserts the rows into " + insert.table() + " again, or fails where they have a key",
				"Write INSERT ... ON CONFLICT (key) DO NOTHING, or INSERT ... SELECT ... WHERE NOT EXISTS (...)");
	}

}
