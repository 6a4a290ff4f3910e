package dev.pgkeel.schema;

import java.util.BitSet;
import java.util.List;

/**
 * One statement of a script.
 *
 * @param number which of the script's statements it is, from 1
 * @param text the statement, from its first word and without the semicolon
 * @param code the same with blanks in the place of comments
 * @param position where it starts in the script
 * @param words its first words outside of parentheses, in upper case; quoted names keep
 * their quotes and their case
 * @param directives the comments {@code -- pgkeel:...} between the statement and the one
 * before, without the dashes
 * @since 0.1.0
 */
public record SqlStatement(int number, String text, String code, Position position, List<String> words,
		List<String> directives) {

	/**
	 * Creates a statement without comments.
	 * @param number which of the script's statements it is, from 1
	 * @param text the statement
	 * @param position where it starts in the script
	 * @param words its first words
	 * @param directives the comments above it that are directives
	 */
	public SqlStatement(int number, String text, Position position, List<String> words, List<String> directives) {
		this(number, text, text, position, words, directives);
	}

	static String withoutComments(String text, BitSet comments) {
		if (comments.isEmpty()) {
			return text;
		}
		StringBuilder code = new StringBuilder(text);
		for (int i = comments.nextSetBit(0); i >= 0 && i < text.length(); i = comments.nextSetBit(i + 1)) {
			code.setCharAt(i, ' ');
		}
		return code.toString();
	}

	/**
	 * Returns one of the first words.
	 * @param index which, from 0
	 * @return the word, empty if there are not that many
	 */
	public String word(int index) {
		return (index < this.words.size()) ? this.words.get(index) : "";
	}

	/**
	 * Returns the place of a character of the statement.
	 * @param characters how far from the start, in Unicode characters as the server
	 * counts
	 * @return the place in the script
	 */
	public Position positionOf(int characters) {
		int offset = this.text.offsetByCodePoints(0,
				Math.min(characters, this.text.codePointCount(0, this.text.length())));
		Position inside = Position.of(this.text, offset);
		int column = (inside.line() == 1) ? this.position.column() + inside.column() - 1 : inside.column();
		return new Position(this.position.line() + inside.line() - 1, column);
	}

}
