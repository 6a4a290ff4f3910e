package dev.pgkeel.schema.lint;

import java.util.Locale;

/**
 * One token of a statement.
 *
 * @param kind what it is
 * @param text a word in upper case, a quoted name or a string without its quotes, or the
 * characters as they are
 * @param start where it starts in the text, in characters
 * @param end where it ends
 */
record Token(Kind kind, String text, int start, int end) {

	boolean is(String word) {
		return this.kind == Kind.WORD && this.text.equals(word);
	}

	boolean isSymbol(String symbol) {
		return this.kind == Kind.SYMBOL && this.text.equals(symbol);
	}

	boolean isName() {
		return this.kind == Kind.WORD || this.kind == Kind.QUOTED;
	}

	boolean isText() {
		return this.kind == Kind.STRING || this.kind == Kind.DOLLAR;
	}

	/**
	 * Returns the name as the server folds it.
	 */
	String name() {
		return (this.kind == Kind.WORD) ? this.text.toLowerCase(Locale.ROOT) : this.text;
	}

	/**
	 * What a token is.
	 */
	enum Kind {

		WORD, QUOTED, STRING, DOLLAR, NUMBER, SYMBOL

	}

}
