package dev.pgkeel.schema.lint;

import org.jspecify.annotations.Nullable;

/**
 * A new name for what has it already.
 */
final class RenameTwice implements LintRule {

	@Override
	public String id() {
		return "rename-once";
	}

	@Override
	public LintSeverity severity() {
		return LintSeverity.ERROR;
	}

	@Override
	public @Nullable Advice check(Step step) {
		if (step.fails() && step.handling() == Step.Handling.NONE && step.action() instanceof Action.Rename rename
				&& !rename.label().startsWith("CONSTRAINT ")) {
			return new Advice(
					"renaming or moving " + rename.label() + " fails on the second run (" + step.stateShown() + ")",
					"Write " + (rename.kind().isRelation() ? "ALTER " + rename.kind() + " IF EXISTS"
							: "DO $$ BEGIN ...; EXCEPTION WHEN " + Conditions.name(rename.state())
									+ " THEN NULL; END $$"));
		}
		return null;
	}

}
