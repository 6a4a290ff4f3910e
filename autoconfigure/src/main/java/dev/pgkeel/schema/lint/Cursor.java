package dev.pgkeel.schema.lint;

import java.util.ArrayList;
import java.util.List;

import dev.pgkeel.schema.lint.Token.Kind;
import org.jspecify.annotations.Nullable;

/**
 * A place in the tokens of one statement. Past the end it answers with an empty token, so
 * that nobody has to ask whether there is more.
 */
final class Cursor {

	private static final Token END = new Token(Kind.SYMBOL, "", 0, 0);

	private final List<Token> tokens;

	private final String defaultSchema;

	private int index;

	Cursor(List<Token> tokens, String defaultSchema) {
		this.tokens = tokens;
		this.defaultSchema = defaultSchema;
	}

	Cursor over(List<Token> others) {
		return new Cursor(others, this.defaultSchema);
	}

	boolean atEnd() {
		return this.index >= this.tokens.size();
	}

	Token peek() {
		return peek(0);
	}

	Token peek(int ahead) {
		int at = this.index + ahead;
		return (at < this.tokens.size()) ? this.tokens.get(at) : END;
	}

	Token take() {
		Token token = peek();
		this.index++;
		return token;
	}

	/**
	 * Takes the words if they all come next.
	 */
	boolean accept(String... words) {
		for (int i = 0; i < words.length; i++) {
			if (!peek(i).is(words[i])) {
				return false;
			}
		}
		this.index += words.length;
		return true;
	}

	boolean acceptSymbol(String symbol) {
		if (peek().isSymbol(symbol)) {
			this.index++;
			return true;
		}
		return false;
	}

	/**
	 * Takes the first of the words that comes next.
	 */
	@Nullable String acceptAny(String... words) {
		for (String word : words) {
			if (accept(word)) {
				return word;
			}
		}
		return null;
	}

	/**
	 * Goes to the word, outside of parentheses.
	 * @return whether it is there; if not, nothing is taken
	 */
	boolean skipTo(String... words) {
		int depth = 0;
		for (int i = this.index; i < this.tokens.size(); i++) {
			Token token = this.tokens.get(i);
			depth += token.isSymbol("(") ? 1 : 0;
			depth -= token.isSymbol(")") ? 1 : 0;
			if (depth == 0 && matches(i, words)) {
				this.index = i + words.length;
				return true;
			}
		}
		return false;
	}

	private boolean matches(int at, String... words) {
		for (int i = 0; i < words.length; i++) {
			if (at + i >= this.tokens.size() || !this.tokens.get(at + i).is(words[i])) {
				return false;
			}
		}
		return true;
	}

	/**
	 * Takes a name, with its schema if that is not the default one or the server's own.
	 */
	String name() {
		List<String> parts = parts();
		if (parts.size() == 1 && !this.defaultSchema.equals("public")) {
			parts.add(0, this.defaultSchema);
		}
		if (parts.size() == 2 && (parts.get(0).equals("public") || parts.get(0).equals("pg_catalog"))) {
			parts.remove(0);
		}
		return String.join(".", parts);
	}

	/**
	 * Takes a name that has no schema.
	 */
	String simpleName() {
		List<String> parts = parts();
		return parts.isEmpty() ? "" : parts.get(parts.size() - 1);
	}

	private List<String> parts() {
		List<String> parts = new ArrayList<>();
		while (peek().isName()) {
			parts.add(take().name());
			if (!acceptSymbol(".")) {
				break;
			}
		}
		return parts;
	}

	/**
	 * Takes what stands in the parentheses that come next.
	 * @return the tokens without the parentheses, {@code null} if none come next
	 */
	@Nullable List<Token> parentheses() {
		if (!peek().isSymbol("(")) {
			return null;
		}
		int start = ++this.index;
		int depth = 1;
		while (!atEnd()) {
			Token token = take();
			depth += token.isSymbol("(") ? 1 : 0;
			depth -= token.isSymbol(")") ? 1 : 0;
			if (depth == 0) {
				return this.tokens.subList(start, this.index - 1);
			}
		}
		return this.tokens.subList(start, this.tokens.size());
	}

	List<Token> rest() {
		return atEnd() ? List.of() : this.tokens.subList(this.index, this.tokens.size());
	}

	/**
	 * Splits tokens at the commas outside of parentheses.
	 */
	static List<List<Token>> list(List<Token> tokens) {
		List<List<Token>> parts = new ArrayList<>();
		int depth = 0;
		int start = 0;
		for (int i = 0; i < tokens.size(); i++) {
			Token token = tokens.get(i);
			depth += (token.isSymbol("(") || token.isSymbol("[")) ? 1 : 0;
			depth -= (token.isSymbol(")") || token.isSymbol("]")) ? 1 : 0;
			if (depth == 0 && token.isSymbol(",")) {
				if (i > start) {
					parts.add(tokens.subList(start, i));
				}
				start = i + 1;
			}
		}
		if (start < tokens.size()) {
			parts.add(tokens.subList(start, tokens.size()));
		}
		return parts;
	}

	static boolean contains(List<Token> tokens, String... words) {
		for (Token token : tokens) {
			for (String word : words) {
				if (token.is(word)) {
					return true;
				}
			}
		}
		return false;
	}

}
