package dev.pgkeel.schema.lint;

import org.jspecify.annotations.Nullable;

/**
 * A {@code CREATE} of what has neither {@code IF NOT EXISTS} nor {@code OR REPLACE}.
 */
final class CreateWithoutGuard implements LintRule {

	@Override
	public String id() {
		return "create-guard";
	}

	@Override
	public LintSeverity severity() {
		return LintSeverity.ERROR;
	}

	@Override
	public @Nullable Advice check(Step step) {
		if (step.fails() && step.handling() == Step.Handling.NONE && step.action() instanceof Action.Create create
				&& create.kind().compareTo(ObjectKind.TABLESPACE) <= 0
				&& create.kind().remedy() == ObjectKind.Remedy.GUARD) {
			return new Advice("CREATE " + create.label() + " fails on the second run (" + step.stateShown() + ")",
					"Write " + Rewrites.guard(create.kind()));
		}
		return null;
	}

}
