package dev.pgkeel.schema.lint;

import org.jspecify.annotations.Nullable;

/**
 * A sequence that is set back each time.
 */
final class SequenceSetBack implements LintRule {

	@Override
	public String id() {
		return "sequence-set";
	}

	@Override
	public LintSeverity severity() {
		return LintSeverity.WARNING;
	}

	@Override
	public @Nullable Advice check(Step step) {
		if (step.action() instanceof Action.SetSequence set && !step.guarded()) {
			return new Advice("every run sets the sequence back (" + set.command() + "), below keys in use",
					"Write setval(..., (SELECT max(id) FROM ...))");
		}
		return null;
	}

}
