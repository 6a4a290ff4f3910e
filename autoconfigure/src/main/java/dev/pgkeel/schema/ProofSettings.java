package dev.pgkeel.schema;

import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

/**
 * How schema scripts are proven idempotent when they are applied.
 *
 * @param refuses whether scripts that are not are refused, or only reported
 * @param advisors makes who knows how to write statements instead, when there is one to
 * write; {@code null} if nobody does
 * @since 0.1.0
 */
public record ProofSettings(boolean refuses, @Nullable Supplier<ScriptAdvisor> advisors) {

	@Nullable ScriptAdvisor advisor() {
		return (this.advisors != null) ? this.advisors.get() : null;
	}

}
