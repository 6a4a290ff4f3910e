package dev.pgkeel.schema.lint;

import org.jspecify.annotations.Nullable;

/**
 * A change that waits for all readers although nothing is to do.
 */
final class WaitsForReaders implements LintRule {

	@Override
	public String id() {
		return "waits-for-readers";
	}

	@Override
	public LintSeverity severity() {
		return LintSeverity.HINT;
	}

	@Override
	public @Nullable Advice check(Step step) {
		if (step.action() instanceof Action.Lock lock && !step.guarded() && !step.newTable()) {
			return new Advice(
					lock.command() + " waits for every reader on every run, and everybody behind it, although"
							+ " nothing changes",
					"Look into " + lock.lookup() + " first: DO $$ BEGIN IF ... THEN ...; END IF; END $$");
		}
		return null;
	}

}
