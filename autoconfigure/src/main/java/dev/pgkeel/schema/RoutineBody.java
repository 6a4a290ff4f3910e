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
 * closes.
 */
final class RoutineBody {

	private static final Set<List<String>> STARTS = Set.of(List.of("CREATE", "FUNCTION"),
			List.of("CREATE", "PROCEDURE"), List.of("CREATE", "OR", "REPLACE", "FUNCTION"),
			List.of("CREATE", "OR", "REPLACE", "PROCEDURE"));

	private static final int LONGEST_START = 4;

	private final List<String> words = new ArrayList<>();

	private boolean routine;

	private int depth;

	void clear() {
		this.words.clear();
		this.routine = false;
		this.depth = 0;
	}

	/**
	 * Takes a word of the statement.
	 * @param word the word, in upper case
	 * @param parenthesized whether it stands in parentheses
	 */
	void word(String word, boolean parenthesized) {
		if (this.words.size() < LONGEST_START) {
			this.words.add(word);
			this.routine |= STARTS.contains(this.words);
		}
		if (!this.routine || parenthesized) {
			return;
		}
		switch (word) {
			case "BEGIN" -> this.depth++;
			case "CASE" -> this.depth += (this.depth > 0) ? 1 : 0;
			case "END" -> this.depth -= (this.depth > 0) ? 1 : 0;
			default -> {
			}
		}
	}

	boolean isOpen() {
		return this.depth > 0;
	}

}
