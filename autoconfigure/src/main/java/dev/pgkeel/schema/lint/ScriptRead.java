package dev.pgkeel.schema.lint;

import java.util.ArrayList;
import java.util.List;

import dev.pgkeel.schema.SqlStatement;
import org.jspecify.annotations.Nullable;

/**
 * Scripts as they are read: what they do when they run, and what the bodies of their
 * functions do when those are called.
 */
final class ScriptRead {

	private StatementReader reader = new StatementReader();

	private String script = "";

	private final List<Node> nodes = new ArrayList<>();

	private final List<Declaration> declarations = new ArrayList<>();

	private final List<List<Node>> functions = new ArrayList<>();

	/**
	 * Reads a statement. A search path ends with the script that sets it.
	 */
	void add(String script, SqlStatement statement) {
		if (!script.equals(this.script)) {
			this.script = script;
			this.reader = new StatementReader();
		}
		List<Token> tokens = Lexer.tokens(statement.text());
		if (tokens.isEmpty()) {
			return;
		}
		Place place = new Place(script, statement, 0);
		if (tokens.get(0).is("DO")) {
			Token body = body(tokens, 1);
			if (body != null && (!Cursor.contains(tokens, "LANGUAGE") || Cursor.contains(tokens, "PLPGSQL"))) {
				this.nodes.addAll(body(body, place));
			}
			return;
		}
		Declaration declaration = Declaration.read(tokens, place, this.reader.defaultSchema());
		if (declaration != null) {
			this.declarations.add(declaration);
		}
		this.nodes
			.add(new Node.Sql(this.reader.read(tokens, false), place, BodyReader.excerpt(statement.text(), tokens)));
		if (tokens.get(0).is("CREATE") && Cursor.contains(tokens, "PLPGSQL")
				&& Cursor.contains(tokens, "FUNCTION", "PROCEDURE")) {
			Token body = body(tokens, 2);
			if (body != null) {
				this.functions.add(body(body, place));
			}
		}
	}

	private List<Node> body(Token body, Place place) {
		int content = (body.kind() == Token.Kind.DOLLAR) ? place.statement().text().indexOf(body.text(), body.start())
				: body.start() + 1;
		return new BodyReader(body.text(), this.reader, place.at(content)).read();
	}

	private static @Nullable Token body(List<Token> tokens, int from) {
		for (Token token : tokens.subList(Math.min(from, tokens.size()), tokens.size())) {
			if (token.kind() == Token.Kind.DOLLAR
					|| (token.kind() == Token.Kind.STRING && token.text().length() > 10)) {
				return token;
			}
		}
		return null;
	}

	List<Declaration> declarations() {
		return this.declarations;
	}

	List<Node> nodes() {
		return this.nodes;
	}

	List<List<Node>> functions() {
		return this.functions;
	}

}
