package dev.pgkeel.schema.lint;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Reads the body of a {@code DO} block or a function in PL/pgSQL.
 */
final class BodyReader {

	/**
	 * Words of conditions that ask about the server and not about what is to do.
	 */
	private static final Set<String> NOT_ABOUT_OBJECTS = Set.of("TRUE", "FALSE", "NOT", "AND", "OR", "CURRENT_SETTING",
			"SHOBJ_DESCRIPTION", "VERSION", "INT", "INTEGER", "CURRENT_USER", "SESSION_USER");

	private static final Pattern FORMAT = Pattern.compile("%(\\d+\\$)?-?\\d*[IsL]");

	private static final String ARGUMENT = "_argument_";

	private static final int LONGEST_EXCERPT = 60;

	private final String source;

	private final Cursor cursor;

	private final StatementReader reader;

	private final Place start;

	/**
	 * Creates a reader.
	 * @param source the body
	 * @param reader reads its SQL
	 * @param start where the body starts
	 */
	BodyReader(String source, StatementReader reader, Place start) {
		this.source = source;
		this.cursor = new Cursor(Lexer.tokens(source), "public");
		this.reader = reader;
		this.start = start;
	}

	List<Node> read() {
		List<Node> nodes = new ArrayList<>();
		while (!this.cursor.atEnd()) {
			int left = this.cursor.rest().size();
			nodes.addAll(sequence());
			if (this.cursor.rest().size() == left) {
				this.cursor.take();
			}
		}
		return nodes;
	}

	/**
	 * Reads statements up to a word that belongs to what is around them.
	 */
	private List<Node> sequence() {
		List<Node> nodes = new ArrayList<>();
		while (!this.cursor.atEnd() && !endsSequence(this.cursor.peek())) {
			statement(nodes);
		}
		return nodes;
	}

	private static boolean endsSequence(Token token) {
		return token.is("END") || token.is("EXCEPTION") || token.is("ELSIF") || token.is("ELSEIF") || token.is("ELSE")
				|| token.is("WHEN");
	}

	private void statement(List<Node> nodes) {
		Token first = this.cursor.peek();
		if (first.isSymbol("<<")) {
			this.cursor.take();
			this.cursor.take();
			this.cursor.take();
		}
		else if (first.is("DECLARE") || first.is("BEGIN")) {
			nodes.add(block());
		}
		else if (first.is("IF")) {
			condition(nodes, "IF");
		}
		else if (first.is("CASE")) {
			condition(nodes, "CASE");
		}
		else if (first.is("FOR") || first.is("FOREACH") || first.is("WHILE") || first.is("LOOP")) {
			loop(nodes);
		}
		else if (first.is("RETURN") || first.is("EXIT") || first.is("CONTINUE")) {
			toSemicolon();
			nodes.add(new Node.Exit());
		}
		else {
			sql(nodes);
		}
	}

	private Node block() {
		if (this.cursor.accept("DECLARE")) {
			while (!this.cursor.atEnd() && !this.cursor.peek().is("BEGIN")) {
				toSemicolon();
			}
		}
		this.cursor.accept("BEGIN");
		List<Node> body = sequence();
		List<Node.Handler> handlers = new ArrayList<>();
		if (this.cursor.accept("EXCEPTION")) {
			while (this.cursor.peek().is("WHEN")) {
				handlers.add(handler());
			}
		}
		end();
		return new Node.Block(body, handlers);
	}

	private Node.Handler handler() {
		Token when = this.cursor.take();
		List<String> conditions = new ArrayList<>();
		while (!this.cursor.atEnd() && !this.cursor.accept("THEN")) {
			Token token = this.cursor.take();
			if (token.is("SQLSTATE")) {
				conditions.add(this.cursor.take().text());
			}
			else if (token.isName() && !token.is("OR")) {
				conditions.add(token.text().toLowerCase(Locale.ROOT));
			}
		}
		List<Token> before = this.cursor.rest();
		List<Node> body = sequence();
		List<Token> tokens = before.subList(0, before.size() - this.cursor.rest().size());
		return new Node.Handler(conditions, isSilent(tokens), body, this.start.at(when.start()));
	}

	/**
	 * What is only noticed by who looks at the notices is not noticed.
	 */
	private static boolean isSilent(List<Token> handler) {
		boolean raises = false;
		for (int i = 0; i < handler.size(); i++) {
			if (handler.get(i).is("RAISE")) {
				Token level = (i + 1 < handler.size()) ? handler.get(i + 1) : handler.get(i);
				raises |= !level.is("NOTICE") && !level.is("INFO") && !level.is("LOG") && !level.is("DEBUG");
			}
		}
		return !raises && !Cursor.contains(handler, "INSERT", "UPDATE", "EXECUTE", "PERFORM", "CREATE", "ALTER");
	}

	private void end() {
		this.cursor.accept("END");
		toSemicolon();
	}

	private void condition(List<Node> nodes, String word) {
		this.cursor.take();
		String follows = "THEN";
		boolean guards = false;
		while (!this.cursor.atEnd() && !this.cursor.peek().is("END")) {
			List<Token> before = this.cursor.rest();
			if (!this.cursor.peek(-1).is("ELSE")) {
				if (!this.cursor.skipTo(follows)) {
					toSemicolon();
					return;
				}
				guards |= isAboutObjects(before.subList(0, before.size() - this.cursor.rest().size()));
			}
			nodes.add(new Node.Branch(guards, sequence()));
			if (this.cursor.acceptAny("ELSIF", "ELSEIF", "ELSE", "WHEN") == null) {
				break;
			}
		}
		this.cursor.accept("END", word);
		toSemicolon();
	}

	private static boolean isAboutObjects(List<Token> condition) {
		return condition.stream()
			.anyMatch((token) -> token.isName() && !NOT_ABOUT_OBJECTS.contains(token.text()) && !token.is("THEN"));
	}

	private void loop(List<Node> nodes) {
		List<Token> before = this.cursor.rest();
		if (!this.cursor.skipTo("LOOP")) {
			toSemicolon();
			return;
		}
		List<Token> over = before.subList(0, before.size() - this.cursor.rest().size());
		boolean guards = before.get(0).is("WHILE") ? isAboutObjects(over) : over.stream()
			.anyMatch(
					(token) -> token.name().startsWith("pg_") || token.is("INFORMATION_SCHEMA") || token.is("EXISTS"));
		nodes.add(new Node.Branch(guards, sequence()));
		this.cursor.accept("END", "LOOP");
		toSemicolon();
	}

	private void sql(List<Node> nodes) {
		Token first = this.cursor.peek();
		List<Token> tokens = toSemicolon();
		if (tokens.isEmpty()) {
			return;
		}
		Place place = this.start.at(first.start());
		if (first.is("EXECUTE")) {
			dynamic(tokens, place, nodes);
		}
		else {
			nodes.add(new Node.Sql(this.reader.read(tokens, true), place, excerpt(this.source, tokens)));
		}
	}

	/**
	 * What is put together at run time stands for one name each.
	 */
	private void dynamic(List<Token> tokens, Place place, List<Node> nodes) {
		StringBuilder text = new StringBuilder();
		boolean format = tokens.size() > 1 && tokens.get(1).is("FORMAT");
		for (Token token : tokens.subList(1, tokens.size())) {
			if (token.is("USING") || (format && token.isSymbol(",") && text.length() > 0)) {
				break;
			}
			if (token.isText()) {
				text.append(FORMAT.matcher(token.text()).replaceAll(ARGUMENT));
			}
			else if (token.isName() && text.length() > 0) {
				text.append(text.toString().endsWith(ARGUMENT) ? "" : ARGUMENT);
			}
		}
		List<Token> sql = Lexer.tokens(text.toString());
		int from = 0;
		for (int i = 0; i <= sql.size(); i++) {
			if (i == sql.size() || sql.get(i).isSymbol(";")) {
				if (i > from) {
					List<Token> part = sql.subList(from, i);
					nodes.add(new Node.Sql(this.reader.read(part, false), place, excerpt(text.toString(), part)));
				}
				from = i + 1;
			}
		}
	}

	private List<Token> toSemicolon() {
		List<Token> rest = this.cursor.rest();
		int depth = 0;
		int count = 0;
		for (Token token : rest) {
			depth += token.isSymbol("(") ? 1 : 0;
			depth -= token.isSymbol(")") ? 1 : 0;
			if (depth <= 0 && token.isSymbol(";")) {
				break;
			}
			count++;
		}
		for (int i = 0; i <= count; i++) {
			this.cursor.take();
		}
		return rest.subList(0, count);
	}

	/**
	 * Returns the beginning of a statement, to show it.
	 */
	static String excerpt(String source, List<Token> tokens) {
		int start = tokens.get(0).start();
		int end = tokens.get(tokens.size() - 1).end();
		return (end - start > LONGEST_EXCERPT) ? source.substring(start, start + LONGEST_EXCERPT) + " ..."
				: source.substring(start, end);
	}

}
