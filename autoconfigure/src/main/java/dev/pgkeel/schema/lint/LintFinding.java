package dev.pgkeel.schema.lint;

import dev.pgkeel.schema.Position;

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

	@Override
	public String toString() {
		return this.script + ":" + this.position + " " + this.severity + " [" + this.id + "] " + this.message + ". "
				+ this.rewrite;
	}

}
