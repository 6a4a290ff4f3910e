package dev.pgkeel.schema;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

import org.jspecify.annotations.Nullable;

/**
 * Splits a script into statements where PostgreSQL's own {@code psql} would: not inside
 * quotes, dollar quotes, comments, parentheses or a {@code BEGIN ATOMIC} body. The rules
 * are those of the server's manual, "Lexical Structure", with
 * {@code standard_conforming_strings} on. One statement at a time is in memory.
 */
final class SqlSplitter implements AutoCloseable {

	/**
	 * Statements whose options in parentheses decide where they may run.
	 */
	private static final Set<String> WITH_OPTIONS = Set.of("REINDEX", "VACUUM");

	private static final int WORDS_KEPT = 16;

	private static final String DIRECTIVE = "pgkeel:";

	private final SchemaScript script;

	private final ScriptReader reader;

	private final StringBuilder text = new StringBuilder();

	private final BitSet comments = new BitSet();

	private final List<String> words = new ArrayList<>();

	private final List<String> directives = new ArrayList<>();

	private final RoutineBody body = new RoutineBody();

	private @Nullable Position start;

	private String previousWord = "";

	private int parentheses;

	private int number;

	SqlSplitter(SchemaScript script) {
		this.script = script;
		this.reader = new ScriptReader(script);
	}

	/**
	 * Splits a whole script.
	 * @param script the script
	 * @return its statements, none of which is empty
	 * @throws SchemaScriptException if the script cannot be read, see {@link #next()}
	 */
	static List<SqlStatement> split(SchemaScript script) {
		List<SqlStatement> statements = new ArrayList<>();
		try (SqlSplitter splitter = new SqlSplitter(script)) {
			for (SqlStatement statement = splitter.next(); statement != null; statement = splitter.next()) {
				statements.add(statement);
			}
		}
		return statements;
	}

	/**
	 * Returns the next statement.
	 * @return the statement, {@code null} at the end
	 * @throws SchemaScriptException if a quote or comment is not closed, or the statement
	 * is one that no script may have
	 */
	@Nullable SqlStatement next() {
		this.start = null;
		this.text.setLength(0);
		this.comments.clear();
		this.words.clear();
		this.directives.clear();
		this.parentheses = 0;
		this.body.clear();
		this.previousWord = "";
		while (this.reader.peek() != ScriptReader.END) {
			if (step((char) this.reader.peek()) && this.start != null) {
				return statement(this.start);
			}
		}
		return (this.start != null) ? statement(this.start) : null;
	}

	private SqlStatement statement(Position position) {
		this.number++;
		String sql = this.text.toString().stripTrailing();
		SqlStatement statement = new SqlStatement(this.number, sql, SqlStatement.withoutComments(sql, this.comments),
				position, List.copyOf(this.words), List.copyOf(this.directives));
		StatementRules.refuseUnrunnable(this.script, statement);
		return statement;
	}

	/**
	 * Takes a character, or more that belong to it.
	 * @return whether a statement ended
	 */
	private boolean step(char ch) {
		int from = this.text.length();
		if (Character.isWhitespace(ch)) {
			take();
		}
		else if (ch == '-' && this.reader.peek(1) == '-') {
			lineComment();
			this.comments.set(from, this.text.length());
		}
		else if (ch == '/' && this.reader.peek(1) == '*') {
			blockComment();
			this.comments.set(from, this.text.length());
		}
		else if (ch == ';' && this.parentheses == 0 && !this.body.isOpen()) {
			this.reader.read();
			return true;
		}
		else {
			if (this.start == null) {
				this.start = this.reader.position();
			}
			token(ch);
		}
		return false;
	}

	private char take() {
		char ch = this.reader.read();
		if (this.start != null) {
			this.text.append(ch);
		}
		return ch;
	}

	private void token(char ch) {
		if (isWordStart(ch)) {
			word();
			return;
		}
		this.body.other();
		switch (ch) {
			case '\'' -> quoted('\'', false, "string");
			case '"' -> {
				int from = this.text.length();
				quoted('"', false, "quoted name");
				keep(this.text.substring(from));
			}
			case '$' -> dollar();
			case '\\' -> throw this.script.failure(this.reader.position(), "psql's backslash commands are not SQL",
					"Remove the line: scripts are run by the application, not by psql.");
			case '(' -> {
				this.parentheses++;
				take();
			}
			case ')' -> {
				this.parentheses = Math.max(0, this.parentheses - 1);
				take();
			}
			default -> number(ch);
		}
	}

	/**
	 * A digit may be followed by letters ("1e5") and by a parameter's dollar sign: none
	 * of them begins a word or a quote.
	 */
	private void number(char ch) {
		take();
		while (Character.isDigit(ch) && isWordPart(this.reader.peek())) {
			take();
		}
	}

	private void word() {
		int from = this.text.length();
		while (isWordPart(this.reader.peek())) {
			take();
		}
		String word = this.text.substring(from).toUpperCase(Locale.ROOT);
		if (this.reader.peek() == '\'') {
			quoted('\'', word.equals("E"), "string");
			return;
		}
		this.body.word(word, this.parentheses > 0);
		keep(word);
		StatementRules.refuseCopy(this.script, this.start, this.words, this.previousWord, word);
		this.previousWord = word;
	}

	private void keep(String word) {
		boolean counts = this.parentheses == 0 || (!this.words.isEmpty() && WITH_OPTIONS.contains(this.words.get(0)));
		if (counts && this.words.size() < WORDS_KEPT) {
			this.words.add(word);
		}
	}

	private void lineComment() {
		StringBuilder comment = new StringBuilder();
		while (this.reader.peek() != ScriptReader.END && this.reader.peek() != '\n' && this.reader.peek() != '\r') {
			comment.append(take());
		}
		String said = comment.substring(2).strip();
		if (this.start == null && said.startsWith(DIRECTIVE)) {
			this.directives.add(said);
		}
	}

	private void blockComment() {
		Position opening = this.reader.position();
		int depth = 0;
		do {
			int ch = this.reader.peek();
			if (ch == ScriptReader.END) {
				throw unclosed(opening, "comment", "*/");
			}
			take();
			if (ch == '/' && this.reader.peek() == '*') {
				depth++;
				take();
			}
			else if (ch == '*' && this.reader.peek() == '/') {
				depth--;
				take();
			}
		}
		while (depth > 0);
	}

	private void quoted(char quote, boolean escapes, String what) {
		Position opening = this.reader.position();
		take();
		while (this.reader.peek() != ScriptReader.END) {
			char ch = take();
			if ((ch == '\\' && escapes) || (ch == quote && this.reader.peek() == quote)) {
				if (this.reader.peek() != ScriptReader.END) {
					take();
				}
			}
			else if (ch == quote) {
				return;
			}
		}
		throw unclosed(opening, what, String.valueOf(quote));
	}

	/**
	 * A dollar quote, or the dollar of a parameter such as {@code $1}.
	 */
	private void dollar() {
		Position opening = this.reader.position();
		int end = 1;
		while (isWordStart(this.reader.peek(end)) || (end > 1 && Character.isDigit(this.reader.peek(end)))) {
			end++;
		}
		if (this.reader.peek(end) != '$') {
			take();
			return;
		}
		int from = this.text.length();
		for (int i = 0; i <= end; i++) {
			take();
		}
		String tag = this.text.substring(from);
		while (this.reader.peek() != ScriptReader.END) {
			if (this.reader.startsWith(tag)) {
				for (int i = 0; i < tag.length(); i++) {
					take();
				}
				return;
			}
			take();
		}
		throw unclosed(opening, "dollar quote", tag);
	}

	private SchemaScriptException unclosed(Position opening, String what, String closing) {
		return this.script.failure(opening, "this " + what + " is never closed", "Close it with " + closing + ".");
	}

	private static boolean isWordStart(int ch) {
		return ch == '_' || (ch >= 'a' && ch <= 'z') || (ch >= 'A' && ch <= 'Z') || ch >= 0x80;
	}

	private static boolean isWordPart(int ch) {
		return isWordStart(ch) || (ch >= 0 && Character.isDigit(ch)) || ch == '$';
	}

	@Override
	public void close() {
		this.reader.close();
	}

}
