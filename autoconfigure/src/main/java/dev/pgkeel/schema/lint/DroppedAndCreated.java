package dev.pgkeel.schema.lint;

import org.jspecify.annotations.Nullable;

/**
 * An object that is dropped and created again, with the loss of what it held.
 */
final class DroppedAndCreated implements LintRule {

	@Override
	public String id() {
		return "drop-create";
	}

	@Override
	public LintSeverity severity() {
		return LintSeverity.WARNING;
	}

	@Override
	public @Nullable Advice check(Step step) {
		if (step.action() instanceof Action.Recreate recreate) {
			String loss = loss(recreate.kind());
			if (loss != null) {
				return new Advice("every run drops and creates " + recreate.label() + ", and loses " + loss,
						"Leave the DROP out, and write " + ((recreate.kind().remedy() == ObjectKind.Remedy.OR_REPLACE)
								? "CREATE OR REPLACE" : "CREATE IF NOT EXISTS or a guard"));
			}
		}
		return null;
	}

	private static @Nullable String loss(ObjectKind kind) {
		return switch (kind) {
			case TABLE, FOREIGN_TABLE, SCHEMA, COLUMN -> "its data";
			case SEQUENCE -> "its value";
			case VIEW, MATERIALIZED_VIEW, FUNCTION, PROCEDURE, AGGREGATE -> "its grants";
			default -> null;
		};
	}

}
