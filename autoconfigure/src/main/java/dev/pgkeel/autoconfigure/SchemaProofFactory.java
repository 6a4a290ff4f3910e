package dev.pgkeel.autoconfigure;

import java.util.Objects;

import dev.pgkeel.PgkeelMode;
import dev.pgkeel.pool.RuntimeProfile;
import dev.pgkeel.schema.ProofSettings;
import dev.pgkeel.schema.lint.LintAdvisor;
import org.jspecify.annotations.Nullable;

/**
 * Decides whether schema scripts are proven idempotent. The linter, which knows how to
 * write statements instead, is loaded when there is one to write, and not at all where it
 * is switched off.
 */
final class SchemaProofFactory {

	private SchemaProofFactory() {
	}

	static @Nullable ProofSettings create(SchemaProperties properties, RuntimeProfile profile, PgkeelMode mode) {
		boolean development = profile == RuntimeProfile.DEVELOPMENT;
		if (!Objects.requireNonNullElse(properties.proveIdempotent(), development)) {
			return null;
		}
		return new ProofSettings(development && mode != PgkeelMode.OBSERVE,
				(properties.lint() != SchemaLintMode.OFF) ? LintAdvisor::new : null);
	}

}
