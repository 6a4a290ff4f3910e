package dev.pgkeel.schema.lint;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

import dev.pgkeel.schema.lint.Token.Kind;

/**
 * Reads the tokens of a statement, comments left out. It takes any text: what is not
 * closed ends with the text.
 */
final class Lexer {

	private static final String OPERATORS = "+-*/<>=~!@#%^&|`?";

	private final String text;

	private final List<Token> tokens = new ArrayList<>();

	private int position;

	private Lexer(String text) {
		this.text = text;
	}

	static List<Token> tokens(String text) {
		Lexer lexer = new Lexer(text);
		while (lexer.position < text.length()) {
			lexer.next();
		}
		return lexer.tokens;
	}

	private void next() {
		char ch = this.text.charAt(this.position);
		if (Character.isWhitespace(ch)) {
			this.position++;
		}
		else if (startsWith("--")) {
			lineComment();
		}
		else if (startsWith("/*")) {
			blockComment();
		}
		else if (isWordStart(ch)) {
			word();
		}
		else if (ch == '\'') {
			string(this.position, false);
		}
		else if (ch == '"') {
			add(Kind.QUOTED, this.position, quoted('"', false));
		}
		else if (ch == '$') {
			dollar();
		}
		else if (Character.isDigit(ch)) {
			int start = this.position;
			while (this.position < this.text.length()
					&& (isWordPart(this.text.charAt(this.position)) || this.text.charAt(this.position) == '.')) {
				this.position++;
			}
			add(Kind.NUMBER, start, this.text.substring(start, this.position));
		}
		else {
			symbol(ch);
		}
	}

	private void lineComment() {
		while (this.position < this.text.length() && this.text.charAt(this.position) != '\n'
				&& this.text.charAt(this.position) != '\r') {
			this.position++;
		}
	}

	private void symbol(char ch) {
		int start = this.position++;
		if (OPERATORS.indexOf(ch) >= 0) {
			while (this.position < this.text.length() && OPERATORS.indexOf(this.text.charAt(this.position)) >= 0
					&& !startsWith("--") && !startsWith("/*")) {
				this.position++;
			}
		}
		else if (ch == ':' && (startsWith(":") || startsWith("="))) {
			this.position++;
		}
		add(Kind.SYMBOL, start, this.text.substring(start, this.position));
	}

	private void word() {
		int start = this.position;
		while (this.position < this.text.length() && isWordPart(this.text.charAt(this.position))) {
			this.position++;
		}
		String word = this.text.substring(start, this.position).toUpperCase(Locale.ROOT);
		if (startsWith("'") && (word.equals("E") || word.equals("N") || word.equals("B") || word.equals("X"))) {
			string(start, word.equals("E"));
		}
		else {
			add(Kind.WORD, start, word);
		}
	}

	private void string(int start, boolean escapes) {
		add(Kind.STRING, start, quoted('\'', escapes));
	}

	private String quoted(char quote, boolean escapes) {
		StringBuilder content = new StringBuilder();
		this.position++;
		while (this.position < this.text.length()) {
			char ch = this.text.charAt(this.position++);
			boolean more = this.position < this.text.length();
			if (more && ((escapes && ch == '\\') || (ch == quote && this.text.charAt(this.position) == quote))) {
				content.append(this.text.charAt(this.position++));
			}
			else if (ch == quote) {
				break;
			}
			else {
				content.append(ch);
			}
		}
		return content.toString();
	}

	private void dollar() {
		int start = this.position;
		int end = start + 1;
		while (end < this.text.length() && (isWordStart(this.text.charAt(end))
				|| (end > start + 1 && Character.isDigit(this.text.charAt(end))))) {
			end++;
		}
		if (end >= this.text.length() || this.text.charAt(end) != '$') {
			this.position++;
			while (this.position < this.text.length() && Character.isDigit(this.text.charAt(this.position))) {
				this.position++;
			}
			add(Kind.SYMBOL, start, this.text.substring(start, this.position));
			return;
		}
		String tag = this.text.substring(start, end + 1);
		int close = this.text.indexOf(tag, end + 1);
		int contentEnd = (close < 0) ? this.text.length() : close;
		this.position = (close < 0) ? contentEnd : close + tag.length();
		add(Kind.DOLLAR, start, this.text.substring(end + 1, contentEnd));
	}

	private void blockComment() {
		int depth = 0;
		do {
			if (startsWith("/*")) {
				depth++;
				this.position += 2;
			}
			else if (startsWith("*/")) {
				depth--;
				this.position += 2;
			}
			else {
				this.position++;
			}
		}
		while (depth > 0 && this.position < this.text.length());
		this.position = Math.min(this.position, this.text.length());
	}

	private void add(Kind kind, int start, String value) {
		this.tokens.add(new Token(kind, value, start, this.position));
	}

	private boolean startsWith(String prefix) {
		return this.text.startsWith(prefix, this.position);
	}

	private static boolean isWordStart(char ch) {
		return ch == '_' || (ch >= 'a' && ch <= 'z') || (ch >= 'A' && ch <= 'Z') || ch >= 0x80;
	}

	private static boolean isWordPart(char ch) {
		return isWordStart(ch) || Character.isDigit(ch) || ch == '$';
	}

}
