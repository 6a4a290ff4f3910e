package dev.pgkeel.server;

import org.jspecify.annotations.Nullable;

/**
 * The text of a statement as others may see it.
 */
final class StatementText {

	private static final String VALUE = "?";

	private final String text;

	private final StringBuilder shown = new StringBuilder();

	private int at;

	private StatementText(String text) {
		this.text = text;
	}

	/**
	 * Takes the values out of a statement: strings, numbers and comments. The server cuts
	 * a statement anywhere ({@code track_activity_query_size}), so what begins and does
	 * not end is a value to its end.
	 * @param statement the statement, or {@code null}
	 * @return the statement in one line, {@code null} if there is none
	 */
	static @Nullable String withoutValues(@Nullable String statement) {
		if (statement == null || statement.isBlank()) {
			return null;
		}
		StatementText text = new StatementText(statement);
		while (text.at < statement.length()) {
			text.next();
		}
		return text.shown.toString().strip().replaceAll("\\s+", " ");
	}

	private void next() {
		char c = this.text.charAt(this.at);
		if (c == '\'') {
			value(afterQuote(this.at, '\'', isEscape()));
		}
		else if (c == '"') {
			copy(afterQuote(this.at, '"', false));
		}
		else if (this.text.startsWith("--", this.at)) {
			this.at = after("\n", this.at);
			this.shown.append(' ');
		}
		else if (this.text.startsWith("/*", this.at)) {
			this.at = afterComment();
			this.shown.append(' ');
		}
		else if (c == '$') {
			dollar();
		}
		else if (Character.isLetter(c) || c == '_') {
			copy(afterName());
		}
		else if (Character.isDigit(c)) {
			value(afterNumber());
		}
		else {
			copy(this.at + 1);
		}
	}

	private void copy(int end) {
		this.shown.append(this.text, this.at, end);
		this.at = end;
	}

	private void value(int end) {
		this.shown.append(VALUE);
		this.at = end;
	}

	/**
	 * A prefix was copied already, as the word that it looks like.
	 */
	private boolean isEscape() {
		int length = this.shown.length();
		return length > 0 && Character.toLowerCase(this.shown.charAt(length - 1)) == 'e'
				&& (length == 1 || !isNamePart(this.shown.charAt(length - 2)));
	}

	/**
	 * A backslash before a quote hides the quote in E'' alone, unless
	 * standard_conforming_strings is off, which nobody can tell from here: the rest is
	 * taken for a value then.
	 */
	private int afterQuote(int start, char quote, boolean escapes) {
		int end = start + 1;
		while (end < this.text.length()) {
			char c = this.text.charAt(end);
			if (c == '\\' && escapes) {
				end += 2;
			}
			else if (c != quote) {
				end++;
			}
			else if (this.text.charAt(end - 1) != '\\' && end + 1 < this.text.length()
					&& this.text.charAt(end + 1) == quote) {
				end += 2;
			}
			else {
				boolean ambiguous = quote == '\'' && !escapes && this.text.charAt(end - 1) == '\\';
				return ambiguous ? this.text.length() : end + 1;
			}
		}
		return this.text.length();
	}

	private int after(String end, int from) {
		int found = this.text.indexOf(end, from);
		return (found >= 0) ? found + end.length() : this.text.length();
	}

	private int afterComment() {
		int depth = 0;
		int end = this.at;
		while (end < this.text.length()) {
			if (this.text.startsWith("/*", end)) {
				depth++;
				end += 2;
			}
			else if (this.text.startsWith("*/", end)) {
				depth--;
				end += 2;
				if (depth == 0) {
					return end;
				}
			}
			else {
				end++;
			}
		}
		return this.text.length();
	}

	/**
	 * A parameter such as {@code $1}, or a string between tags such as {@code $body$}.
	 */
	private void dollar() {
		int end = this.at + 1;
		if (end < this.text.length() && Character.isDigit(this.text.charAt(end))) {
			copy(whileWord(end));
			return;
		}
		end = whileWord(end);
		if (end < this.text.length() && this.text.charAt(end) == '$') {
			String tag = this.text.substring(this.at, end + 1);
			value(after(tag, end + 1));
		}
		else {
			value((end < this.text.length()) ? end : this.text.length());
		}
	}

	private int afterName() {
		int end = this.at;
		while (end < this.text.length() && isNamePart(this.text.charAt(end))) {
			end++;
		}
		return end;
	}

	private int whileWord(int start) {
		int end = start;
		while (end < this.text.length() && isWordPart(this.text.charAt(end))) {
			end++;
		}
		return end;
	}

	private int afterNumber() {
		int end = this.at;
		while (end < this.text.length() && (isWordPart(this.text.charAt(end)) || this.text.charAt(end) == '.')) {
			end++;
		}
		return end;
	}

	/**
	 * A dollar within a name begins no string.
	 */
	private static boolean isNamePart(char c) {
		return isWordPart(c) || c == '$';
	}

	private static boolean isWordPart(char c) {
		return Character.isLetterOrDigit(c) || c == '_';
	}

}
