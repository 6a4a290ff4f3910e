package dev.pgkeel.schema.lint;

import org.jspecify.annotations.Nullable;

/**
 * A change that can be made only once.
 */
final class AlterTwice implements LintRule {

	@Override
	public String id() {
		return "alter-once";
	}

	@Override
	public LintSeverity severity() {
		return LintSeverity.ERROR;
	}

	@Override
	public @Nullable Advice check(Step step) {
		if (step.fails() && step.handling() == Step.Handling.NONE) {
			if (step.action() instanceof Action.Create create && isPart(create.kind())) {
				return new Advice("adding " + create.label() + " fails on the second run (" + step.stateShown() + ")",
						(create.kind() == ObjectKind.ENUM_VALUE) ? "Write ADD VALUE IF NOT EXISTS"
								: "Write " + Rewrites.guard(create.kind()));
			}
			if (step.action() instanceof Action.Drop drop && isPart(drop.kind()) && !hasIfExists(drop.kind())) {
				return new Advice("removing " + drop.label() + " fails on the second run (" + step.stateShown() + ")",
						"Write DO $$ BEGIN ...; EXCEPTION WHEN " + Conditions.name(drop.kind().missing())
								+ " THEN NULL; END $$");
			}
		}
		return null;
	}

	private static boolean isPart(ObjectKind kind) {
		return kind.compareTo(ObjectKind.TABLESPACE) > 0 || kind == ObjectKind.OPERATOR_FAMILY_MEMBER
				? kind != ObjectKind.COLUMN && kind != ObjectKind.CONSTRAINT && kind != ObjectKind.UNIQUE_CONSTRAINT
						&& kind != ObjectKind.DOMAIN_CONSTRAINT && kind != ObjectKind.PRIMARY_KEY
						&& kind != ObjectKind.ROW
				: false;
	}

	static boolean hasIfExists(ObjectKind kind) {
		return kind == ObjectKind.ATTRIBUTE || kind == ObjectKind.IDENTITY || kind == ObjectKind.EXPRESSION
				|| !isPart(kind);
	}

}
