package dev.pgkeel.schema.lint;

import org.jspecify.annotations.Nullable;

/**
 * One rule. What it says was seen on the server.
 */
interface LintRule {

	String id();

	LintSeverity severity();

	/**
	 * Returns the oldest major version of PostgreSQL that the rule holds for. It is not
	 * asked about scripts for older servers.
	 */
	default int since() {
		return 14;
	}

	/**
	 * Looks at what becomes of an action in the second run.
	 * @return the advice, {@code null} if there is none
	 */
	@Nullable Advice check(Step step);

	/**
	 * What a rule says.
	 *
	 * @param message what is wrong
	 * @param rewrite what to write instead, as a sentence
	 */
	record Advice(String message, String rewrite) {

	}

}
