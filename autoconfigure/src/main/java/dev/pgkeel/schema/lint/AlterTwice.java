package dev.pgkeel.schema.lint;

import java.util.EnumSet;
import java.util.Set;

import org.jspecify.annotations.Nullable;

/**
 * A change that can be made only once.
 */
final class AlterTwice implements LintRule {

	private static final Set<ObjectKind> PARTS = EnumSet.of(ObjectKind.OPERATOR_FAMILY_MEMBER, ObjectKind.ATTRIBUTE,
			ObjectKind.ENUM_VALUE, ObjectKind.IDENTITY, ObjectKind.EXPRESSION, ObjectKind.PARTITION,
			ObjectKind.INHERITANCE, ObjectKind.PUBLICATION_TABLE, ObjectKind.FOREIGN_SCHEMA);

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
						"Write " + Rewrites.handler(drop.kind().missing()));
			}
		}
		return null;
	}

	private static boolean isPart(ObjectKind kind) {
		return PARTS.contains(kind);
	}

	static boolean hasIfExists(ObjectKind kind) {
		return kind == ObjectKind.ATTRIBUTE || kind == ObjectKind.IDENTITY || kind == ObjectKind.EXPRESSION
				|| !isPart(kind);
	}

}
