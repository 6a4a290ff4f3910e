package dev.pgkeel.schema.lint;

import org.jspecify.annotations.Nullable;

/**
 * A {@code CREATE} without the {@code OR REPLACE} that it could have.
 */
final class CreateWithoutOrReplace implements LintRule {

	@Override
	public String id() {
		return "create-or-replace";
	}

	@Override
	public LintSeverity severity() {
		return LintSeverity.ERROR;
	}

	@Override
	public @Nullable Advice check(Step step) {
		if (step.fails() && step.handling() == Step.Handling.NONE && step.action() instanceof Action.Create create
				&& create.kind().compareTo(ObjectKind.TABLESPACE) <= 0
				&& create.kind().remedy() == ObjectKind.Remedy.OR_REPLACE) {
			return new Advice("CREATE " + create.label() + " fails on the second run (" + step.stateShown() + ")",
					"Write CREATE OR REPLACE " + create.kind());
		}
		return null;
	}

}
