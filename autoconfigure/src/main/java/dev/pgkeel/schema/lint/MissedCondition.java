package dev.pgkeel.schema.lint;

import org.jspecify.annotations.Nullable;

/**
 * A handler that does not catch what the statement raises.
 */
final class MissedCondition implements LintRule {

	@Override
	public String id() {
		return "missed-condition";
	}

	@Override
	public LintSeverity severity() {
		return LintSeverity.ERROR;
	}

	@Override
	public @Nullable Advice check(Step step) {
		if (step.fails() && step.handling() == Step.Handling.MISSED && step.state() != null) {
			return new Advice("the handler does not catch what the second run raises: " + step.stateShown(),
					"Write EXCEPTION WHEN " + Conditions.name(step.state()) + " THEN NULL");
		}
		return null;
	}

}
