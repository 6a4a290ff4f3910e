package dev.pgkeel.schema;

/**
 * Something to say about a statement of a script.
 *
 * @param script the script's name
 * @param position where it is
 * @param severity how bad it is: error, warning or hint
 * @param id the rule's id, by which it can be silenced
 * @param message what is wrong
 * @param rewrite what to write instead
 * @since 0.1.0
 */
public record ScriptAdvice(String script, Position position, String severity, String id, String message,
		String rewrite) {

	@Override
	public String toString() {
		return this.script + ":" + this.position + " " + this.severity + " [" + this.id + "] " + this.message + ". "
				+ this.rewrite;
	}

}
