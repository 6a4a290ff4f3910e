package dev.pgkeel.schema.lint;

import dev.pgkeel.schema.Position;
import dev.pgkeel.schema.ScriptAdvice;

/**
 * Something to say about a statement.
 *
 * @param script the script's name
 * @param position where it is
 * @param severity how bad it is
 * @param id the rule's id
 * @param message what is wrong
 * @param rewrite what to write instead
 * @since 0.1.0
 */
public record LintFinding(String script, Position position, LintSeverity severity, String id, String message,
		String rewrite) {

	/**
	 * Returns the same as everybody understands it.
	 */
	ScriptAdvice advice() {
		return new ScriptAdvice(this.script, this.position, this.severity.toString(), this.id, this.message,
				this.rewrite);
	}

	@Override
	public String toString() {
		return advice().toString();
	}

}
