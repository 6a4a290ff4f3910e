package dev.pgkeel.schema;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;

import org.jspecify.annotations.Nullable;

/**
 * Splits a script into statements where PostgreSQL's own {@code psql} would: not inside
 * quotes, dollar quotes, comments, parentheses or a {@code BEGIN ATOMIC} body. The rules
 * are those of the server's manual, "Lexical Structure", with
 * {@code standard_conforming_strings} on.
 */
final class SqlSplitter {

	/**
	 * Words that {@code psql} (psqlscan.l) takes to begin a statement with a SQL body.
	 */
	private static final Set<String> BODY_STARTERS = Set.of("FUNCTION", "PROCEDURE");

	private final SchemaScript script;

	private final String text;

	private int position;

	private int statementStart = -1;

	private int parentheses;

	private int bodyDepth;

	private final List<String> words = new ArrayList<>();

	private boolean definesRoutine;

	private final List<SqlStatement> statements = new ArrayList<>();

	private SqlSplitter(SchemaScript script) {
		this.script = script;
		this.text = script.text();
	}

	/**
	 * Splits a script.
	 * @param script the script
	 * @return its statements, none of which is empty
	 * @throws SchemaScriptException if a quote or comment is not closed, or the script
	 * has what only {@code psql} understands
	 */
	static List<SqlStatement> split(SchemaScript script) {
		SqlSplitter splitter = new SqlSplitter(script);
		splitter.run();
		return splitter.statements;
	}

	private void run() {
		while (this.position < this.text.length()) {
			step(this.text.charAt(this.position));
		}
		endStatement();
	}

	private void step(char ch) {
		if (Character.isWhitespace(ch)) {
			this.position++;
		}
		else if (ch == '-' && next() == '-') {
			skipLineComment();
		}
		else if (ch == '/' && next() == '*') {
			skipBlockComment();
		}
		else if (ch == ';' && this.parentheses == 0 && this.bodyDepth == 0) {
			endStatement();
			this.position++;
		}
		else {
			if (this.statementStart < 0) {
				this.statementStart = this.position;
			}
			token(ch);
		}
	}

	private void token(char ch) {
		if (isWordStart(ch)) {
			word();
			return;
		}
		switch (ch) {
			case '\'' -> skipQuoted('\'', false, "string");
			case '"' -> skipQuoted('"', false, "quoted name");
			case '$' -> dollar();
			case '\\' -> throw this.script.failure(this.position, "psql's backslash commands are not SQL",
					"Remove the line: scripts are run by the application, not by psql.");
			case '(' -> {
				this.parentheses++;
				this.position++;
			}
			case ')' -> {
				this.parentheses = Math.max(0, this.parentheses - 1);
				this.position++;
			}
			default -> number(ch);
		}
	}

	/**
	 * A digit may be followed by letters ("1e5") and by a parameter's dollar sign: none
	 * of them begins a word or a quote.
	 */
	private void number(char ch) {
		this.position++;
		if (Character.isDigit(ch)) {
			while (this.position < this.text.length() && isWordPart(this.text.charAt(this.position))) {
				this.position++;
			}
		}
	}

	private void word() {
		int start = this.position;
		while (this.position < this.text.length() && isWordPart(this.text.charAt(this.position))) {
			this.position++;
		}
		String word = this.text.substring(start, this.position).toUpperCase(Locale.ROOT);
		char follower = (this.position < this.text.length()) ? this.text.charAt(this.position) : 0;
		if (follower == '\'') {
			skipQuoted('\'', word.equals("E"), "string");
			return;
		}
		trackBody(word);
		if (this.words.size() < 4) {
			this.words.add(word);
		}
	}

	/**
	 * Follows psqlscan.l of PostgreSQL 14: in {@code CREATE [OR REPLACE] FUNCTION} or
	 * {@code PROCEDURE}, outside parentheses, {@code BEGIN} opens a body, {@code CASE}
	 * nests in it and {@code END} closes.
	 */
	private void trackBody(String word) {
		if (this.parentheses > 0) {
			return;
		}
		if (BODY_STARTERS.contains(word) && !this.words.isEmpty() && this.words.get(0).equals("CREATE")
				&& (this.words.size() == 1 || (this.words.size() == 3 && this.words.get(1).equals("OR")
						&& this.words.get(2).equals("REPLACE")))) {
			this.definesRoutine = true;
		}
		if (!this.definesRoutine) {
			return;
		}
		switch (word) {
			case "BEGIN" -> this.bodyDepth++;
			case "CASE" -> this.bodyDepth += (this.bodyDepth > 0) ? 1 : 0;
			case "END" -> this.bodyDepth -= (this.bodyDepth > 0) ? 1 : 0;
			default -> {
			}
		}
	}

	private void endStatement() {
		if (this.statementStart >= 0) {
			String statement = this.text.substring(this.statementStart, this.position).stripTrailing();
			refuseUnrunnable();
			this.statements.add(new SqlStatement(statement, this.statementStart));
		}
		this.statementStart = -1;
		this.parentheses = 0;
		this.bodyDepth = 0;
		this.definesRoutine = false;
		this.words.clear();
	}

	private void refuseUnrunnable() {
		String command = transactionCommand();
		if (command != null) {
			throw this.script.failure(this.statementStart, command + " is not allowed in a schema script",
					"Remove it: all scripts run in one transaction, which pgkeel begins and commits.");
		}
	}

	/**
	 * Savepoints are welcome; what would end the transaction of all scripts is not.
	 */
	private @Nullable String transactionCommand() {
		String first = word(0);
		return switch (first) {
			case "BEGIN", "COMMIT", "END", "ABORT" -> first;
			case "START" -> word(1).equals("TRANSACTION") ? "START TRANSACTION" : null;
			case "PREPARE" -> word(1).equals("TRANSACTION") ? "PREPARE TRANSACTION" : null;
			case "ROLLBACK" -> this.words.contains("TO") ? null : first;
			default -> null;
		};
	}

	private String word(int index) {
		return (index < this.words.size()) ? this.words.get(index) : "";
	}

	private void skipLineComment() {
		int end = this.text.indexOf('\n', this.position);
		this.position = (end < 0) ? this.text.length() : end + 1;
	}

	private void skipBlockComment() {
		int start = this.position;
		int depth = 0;
		do {
			if (this.text.startsWith("/*", this.position)) {
				depth++;
				this.position += 2;
			}
			else if (this.text.startsWith("*/", this.position)) {
				depth--;
				this.position += 2;
			}
			else if (this.position < this.text.length()) {
				this.position++;
			}
			else {
				throw unclosed(start, "comment", "*/");
			}
		}
		while (depth > 0);
	}

	private void skipQuoted(char quote, boolean escapes, String what) {
		int start = this.position;
		this.position++;
		while (this.position < this.text.length()) {
			char ch = this.text.charAt(this.position);
			if (ch == '\\' && escapes) {
				this.position += 2;
			}
			else if (ch == quote && next() == quote) {
				this.position += 2;
			}
			else if (ch == quote) {
				this.position++;
				return;
			}
			else {
				this.position++;
			}
		}
		throw unclosed(start, what, String.valueOf(quote));
	}

	/**
	 * A dollar quote, or the dollar of a parameter such as {@code $1}.
	 */
	private void dollar() {
		int start = this.position;
		int end = start + 1;
		while (end < this.text.length() && this.text.charAt(end) != '$' && isTagPart(end, start + 1)) {
			end++;
		}
		if (end >= this.text.length() || this.text.charAt(end) != '$') {
			this.position++;
			return;
		}
		String tag = this.text.substring(start, end + 1);
		int close = this.text.indexOf(tag, end + 1);
		if (close < 0) {
			throw unclosed(start, "dollar quote", tag);
		}
		this.position = close + tag.length();
	}

	private boolean isTagPart(int index, int tagStart) {
		char ch = this.text.charAt(index);
		return isWordStart(ch) || (index > tagStart && Character.isDigit(ch));
	}

	private SchemaScriptException unclosed(int start, String what, String closing) {
		return this.script.failure(start, "this " + what + " is never closed", "Close it with " + closing + ".");
	}

	private char next() {
		return (this.position + 1 < this.text.length()) ? this.text.charAt(this.position + 1) : 0;
	}

	private static boolean isWordStart(char ch) {
		return ch == '_' || (ch >= 'a' && ch <= 'z') || (ch >= 'A' && ch <= 'Z') || ch >= 0x80;
	}

	private static boolean isWordPart(char ch) {
		return isWordStart(ch) || Character.isDigit(ch) || ch == '$';
	}

}
