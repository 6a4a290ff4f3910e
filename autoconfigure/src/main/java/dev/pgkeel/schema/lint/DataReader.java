package dev.pgkeel.schema.lint;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

import org.jspecify.annotations.Nullable;

/**
 * Reads what a statement does to rows.
 */
final class DataReader {

	/**
	 * Functions that change nothing when they are applied again.
	 */
	private static final Set<String> SETTLED = Set.of("COALESCE", "LOWER", "UPPER", "TRIM", "BTRIM", "LTRIM", "RTRIM",
			"NULLIF", "GREATEST", "LEAST", "ABS", "ROUND", "INITCAP");

	/**
	 * Words that call nothing although a parenthesis follows.
	 */
	private static final Set<String> NOT_CALLED = Set.of("IN", "AND", "OR", "NOT", "CASE", "WHEN", "THEN", "ELSE",
			"ANY", "ALL", "SOME", "EXISTS", "CAST");

	private static final Set<String> ARITHMETIC = Set.of("+", "-", "*", "/", "%", "||", "^");

	private DataReader() {
	}

	static List<Action> insert(Cursor cursor) {
		cursor.accept("INTO");
		String table = cursor.name();
		if (cursor.accept("AS")) {
			cursor.take();
		}
		List<String> columns = new ArrayList<>();
		if (cursor.peek().isSymbol("(") && !cursor.peek(1).is("SELECT") && !cursor.peek(1).is("VALUES")
				&& !cursor.peek(1).is("WITH")) {
			columns.addAll(TableReader.columns(cursor.parentheses()));
		}
		if (cursor.accept("OVERRIDING")) {
			cursor.skipTo("VALUE");
		}
		List<Token> rest = cursor.rest();
		boolean onConflict = cursor.over(rest).skipTo("ON", "CONFLICT");
		boolean onlyMissing = Cursor.contains(rest, "WHERE")
				&& (Cursor.contains(rest, "EXISTS", "EXCEPT") || notIn(rest)) || Cursor.contains(rest, "EXCEPT");
		List<List<@Nullable String>> rows = new ArrayList<>();
		if (cursor.accept("VALUES")) {
			do {
				rows.add(row(cursor.parentheses()));
			}
			while (cursor.acceptSymbol(","));
		}
		else if (cursor.accept("SELECT") && !Cursor.contains(cursor.rest(), "FROM")) {
			rows.add(row(until(cursor.rest(), "WHERE", "ON", "RETURNING")));
		}
		else if (cursor.peek(-1).is("SELECT") && onlyMissing) {
			rows.add(row(until(cursor.rest(), "WHERE", "FROM")));
		}
		return List.of(new Action.Insert(table, List.copyOf(columns), rows, onConflict, onlyMissing));
	}

	private static boolean notIn(List<Token> tokens) {
		for (int i = 0; i + 1 < tokens.size(); i++) {
			if ((tokens.get(i).is("NOT") && tokens.get(i + 1).is("IN"))
					|| (tokens.get(i).is("IS") && tokens.get(i + 1).is("NULL"))) {
				return true;
			}
		}
		return false;
	}

	private static List<Token> until(List<Token> tokens, String... words) {
		for (int i = 0; i < tokens.size(); i++) {
			if (Cursor.contains(tokens.subList(i, i + 1), words)) {
				return tokens.subList(0, i);
			}
		}
		return tokens;
	}

	private static List<@Nullable String> row(@Nullable List<Token> values) {
		List<@Nullable String> row = new ArrayList<>();
		for (List<Token> value : Cursor.list((values != null) ? values : List.of())) {
			row.add(constant(value));
		}
		return row;
	}

	private static @Nullable String constant(List<Token> value) {
		Token first = (value.get(0).isSymbol("-") && value.size() > 1) ? value.get(1) : value.get(0);
		boolean literal = first.isText() || first.kind() == Token.Kind.NUMBER || first.is("TRUE") || first.is("FALSE");
		boolean plain = value.stream().noneMatch((token) -> ARITHMETIC.contains(token.text()) && token != value.get(0));
		return (literal && plain) ? Names.text(value) : null;
	}

	static List<Action> update(Cursor cursor) {
		cursor.accept("ONLY");
		String table = cursor.name();
		if (!cursor.skipTo("SET")) {
			return List.of();
		}
		List<Action> actions = new ArrayList<>();
		List<Token> rest = cursor.rest();
		List<Token> changes = beforeClause(cursor, rest);
		List<Token> condition = rest.subList(changes.size(), rest.size());
		// A condition on a column that is set finds only rows not changed yet
		if (Cursor.list(changes).stream().anyMatch((change) -> mentions(change.get(0).name(), condition))) {
			return actions;
		}
		for (List<Token> change : Cursor.list(changes)) {
			if (change.size() > 2 && change.get(0).isName() && change.get(1).isSymbol("=")) {
				String column = change.get(0).name();
				if (isRelative(cursor, column, change.subList(2, change.size()))) {
					actions.add(new Action.RelativeUpdate(table, column));
				}
			}
		}
		return actions;
	}

	private static List<Token> beforeClause(Cursor cursor, List<Token> tokens) {
		int end = tokens.size();
		for (String clause : List.of("FROM", "WHERE", "RETURNING")) {
			Cursor search = cursor.over(tokens);
			if (search.skipTo(clause)) {
				end = Math.min(end, tokens.size() - search.rest().size() - 1);
			}
		}
		return tokens.subList(0, end);
	}

	private static boolean isRelative(Cursor cursor, String column, List<Token> expression) {
		if (!mentions(column, expression) || onlyFills(cursor, column, expression)) {
			return false;
		}
		for (int i = 0; i < expression.size(); i++) {
			Token token = expression.get(i);
			boolean type = i > 0 && (expression.get(i - 1).isSymbol("::") || expression.get(i - 1).is("AS"));
			boolean called = token.isName() && !type && i + 1 < expression.size() && expression.get(i + 1).isSymbol("(")
					&& !NOT_CALLED.contains(token.text());
			if ((token.kind() == Token.Kind.SYMBOL && ARITHMETIC.contains(token.text()))
					|| (called && !SETTLED.contains(token.text()))) {
				return true;
			}
		}
		return false;
	}

	/**
	 * What is there stays, whatever else is computed where nothing is.
	 */
	private static boolean onlyFills(Cursor cursor, String column, List<Token> expression) {
		Cursor part = cursor.over(expression);
		if (!part.accept("COALESCE")) {
			return false;
		}
		List<Token> arguments = part.parentheses();
		if (arguments == null || arguments.isEmpty() || !part.atEnd()) {
			return false;
		}
		Cursor first = cursor.over(Cursor.list(arguments).get(0));
		return first.simpleName().equals(column) && first.atEnd();
	}

	private static boolean mentions(String column, List<Token> tokens) {
		return tokens.stream().anyMatch((token) -> token.isName() && token.name().equals(column));
	}

	static List<Action> delete(Cursor cursor) {
		cursor.accept("FROM");
		cursor.accept("ONLY");
		String table = cursor.name();
		if (Cursor.contains(cursor.rest(), "WHERE", "USING")) {
			return List.of(new Action.Forget(ObjectKind.ROW.key(table, "")));
		}
		return List.of(new Action.Empty(table, "DELETE without WHERE"));
	}

	static List<Action> truncate(Cursor cursor) {
		cursor.accept("TABLE");
		List<Action> actions = new ArrayList<>();
		for (List<Token> part : Cursor.list(cursor.rest())) {
			Cursor names = cursor.over(part);
			names.accept("ONLY");
			actions.add(new Action.Empty(names.name(), "TRUNCATE"));
		}
		return actions;
	}

	/**
	 * A sequence that is set to what a table holds may be set again.
	 */
	static List<Action> query(Cursor cursor, boolean procedural) {
		List<Token> rest = cursor.rest();
		List<Action> actions = new ArrayList<>();
		for (int i = 0; i + 1 < rest.size(); i++) {
			if (rest.get(i).is("SETVAL") && rest.get(i + 1).isSymbol("(")) {
				List<Token> arguments = cursor.over(rest.subList(i + 1, rest.size())).parentheses();
				if (arguments != null && !Cursor.contains(arguments, "SELECT", "MAX", "LAST_VALUE", "GREATEST")
						&& !Cursor.contains(rest.subList(i, rest.size()), "MAX")) {
					actions.add(new Action.SetSequence("setval"));
				}
			}
		}
		Cursor into = cursor.over(rest);
		if (!procedural && into.skipTo("INTO")) {
			boolean temporary = into.acceptAny("TEMP", "TEMPORARY") != null;
			into.accept("UNLOGGED");
			into.accept("TABLE");
			String table = into.name();
			actions.add(new Action.Create(ObjectKind.TABLE, ObjectKind.TABLE.key(table), "TABLE " + table, false,
					temporary, Names.needs(ObjectKind.TABLE, table), List.of()));
		}
		return actions;
	}

}
