package dev.pgkeel.autoconfigure;

import dev.pgkeel.PgkeelMode;
import dev.pgkeel.pool.RuntimeProfile;
import dev.pgkeel.schema.ScriptReview;
import dev.pgkeel.schema.lint.SchemaLint;
import org.jspecify.annotations.Nullable;

/**
 * Makes the linter, of which no class is loaded when it is off.
 */
final class SchemaLintFactory {

	private SchemaLintFactory() {
	}

	static @Nullable ScriptReview create(@Nullable SchemaLintMode asked, RuntimeProfile profile, PgkeelMode mode) {
		SchemaLintMode lint = asked;
		if (lint == null) {
			lint = (profile == RuntimeProfile.DEVELOPMENT) ? SchemaLintMode.WARN : SchemaLintMode.OFF;
		}
		return (lint != SchemaLintMode.OFF)
				? new SchemaLint(asked != null, lint == SchemaLintMode.FAIL, mode == PgkeelMode.OBSERVE) : null;
	}

}
