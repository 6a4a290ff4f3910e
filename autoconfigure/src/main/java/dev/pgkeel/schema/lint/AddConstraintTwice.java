package dev.pgkeel.schema.lint;

import org.jspecify.annotations.Nullable;

/**
 * A named constraint that is added again.
 */
final class AddConstraintTwice implements LintRule {

	@Override
	public String id() {
		return "add-constraint";
	}

	@Override
	public LintSeverity severity() {
		return LintSeverity.ERROR;
	}

	@Override
	public @Nullable Advice check(Step step) {
		if (!step.fails() || step.handling() != Step.Handling.NONE) {
			return null;
		}
		if (step.action() instanceof Action.Rename rename && rename.addsConstraint()) {
			return advice("ADD " + rename.label(), ObjectKind.CONSTRAINT, step);
		}
		return (step.action() instanceof Action.Create create && isConstraint(create.kind()))
				? advice("ADD " + create.label(), create.kind(), step) : null;
	}

	private static Advice advice(String what, ObjectKind kind, Step step) {
		return new Advice(what + " fails on the second run (" + step.stateShown() + ")",
				"Write " + Rewrites.guard(kind));
	}

	private static boolean isConstraint(ObjectKind kind) {
		return kind == ObjectKind.CONSTRAINT || kind == ObjectKind.UNIQUE_CONSTRAINT
				|| kind == ObjectKind.INDEX_CONSTRAINT || kind == ObjectKind.DOMAIN_CONSTRAINT
				|| kind == ObjectKind.PRIMARY_KEY;
	}

}
