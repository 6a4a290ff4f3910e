package dev.pgkeel.schema.lint;

import org.jspecify.annotations.Nullable;

/**
 * A {@code CREATE} without the {@code IF NOT EXISTS} that it could have.
 */
final class CreateWithoutIfNotExists implements LintRule {

	@Override
	public String id() {
		return "create-if-not-exists";
	}

	@Override
	public LintSeverity severity() {
		return LintSeverity.ERROR;
	}

	@Override
	public @Nullable Advice check(Step step) {
		if (step.fails() && step.handling() == Step.Handling.NONE && step.action() instanceof Action.Create create
				&& create.kind().compareTo(ObjectKind.TABLESPACE) <= 0
				&& create.kind().remedy() == ObjectKind.Remedy.IF_NOT_EXISTS) {
			return new Advice("CREATE " + create.label() + " fails on the second run (" + step.stateShown() + ")",
					"Write CREATE " + create.kind() + " IF NOT EXISTS");
		}
		return null;
	}

}
