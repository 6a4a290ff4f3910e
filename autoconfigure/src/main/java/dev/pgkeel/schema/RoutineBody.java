package dev.pgkeel.schema;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Whether a statement is inside of a {@code BEGIN ATOMIC} body, whose semicolons do not
 * end it.
 * <p>
 * Follows psqlscan.l of PostgreSQL 14: in a statement whose first words, names in quotes
 * aside, are {@code CREATE [OR REPLACE] FUNCTION} or {@code PROCEDURE}, and outside
 * parentheses, {@code BEGIN} opens a body, {@code CASE} nests in it and {@code END}
 * closes. Other than there, {@code ATOMIC} must follow: a routine or a type may be called
 * {@code begin}, and would take the rest of the script for its body.
 */
final class RoutineBody {

	private static final Set<List<String>> STARTS = Set.of(List.of("CREATE", "FUNCTION"),
			List.of("CREATE", "PROCEDURE"), List.of("CREATE", "OR", "REPLACE", "FUNCTION"),
			List.of("CREATE", "OR", "REPLACE", "PROCEDURE"));

	private static final int LONGEST_START = 4;

	private final List<String> words = new ArrayList<>();

	private boolean routine;

	private boolean begun;

	private int depth;

	void clear() {
		this.words.clear();
		this.routine = false;
		this.begun = false;
		this.depth = 0;
	}

	/**
	 * Takes a word of the statement.
	 * @param word the word, in upper case
	 * @param parenthesized whether it stands in parentheses
	 */
	void word(String word, boolean parenthesized) {
		boolean follows = this.begun;
		this.begun = word.equals("BEGIN");
		if (this.words.size() < LONGEST_START) {
			this.words.add(word);
			this.routine |= STARTS.contains(this.words);
		}
		if (!this.routine || parenthesized) {
			return;
		}
		switch (word) {
			case "ATOMIC" -> this.depth += follows ? 1 : 0;
			case "CASE" -> this.depth += (this.depth > 0) ? 1 : 0;
			case "END" -> this.depth -= (this.depth > 0) ? 1 : 0;
			default -> {
			}
		}
	}

	/**
	 * Takes what is neither a word nor a comment.
	 */
	void other() {
		this.begun = false;
	}

	boolean isOpen() {
		return this.depth > 0;
	}

}
