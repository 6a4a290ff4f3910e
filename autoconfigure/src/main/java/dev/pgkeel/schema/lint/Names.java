package dev.pgkeel.schema.lint;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;

/**
 * Reads the names of objects as the different kinds write them.
 */
final class Names {

	private static final Set<String> MODES = Set.of("IN", "INOUT", "VARIADIC");

	private static final Map<String, String> ALIASES = Map.ofEntries(Map.entry("INT", "integer"),
			Map.entry("INT4", "integer"), Map.entry("INT8", "bigint"), Map.entry("INT2", "smallint"),
			Map.entry("FLOAT8", "double precision"), Map.entry("FLOAT", "double precision"),
			Map.entry("FLOAT4", "real"), Map.entry("BOOL", "boolean"), Map.entry("VARCHAR", "character varying"),
			Map.entry("CHAR", "character"), Map.entry("DECIMAL", "numeric"), Map.entry("TIMESTAMPTZ", "timestamptz"));

	/**
	 * Types of more than one word.
	 */
	private static final Set<String> LONG_TYPES = Set.of("DOUBLE", "CHARACTER", "NATIONAL", "BIT", "TIMESTAMP", "TIME",
			"INTERVAL");

	private Names() {
	}

	/**
	 * Takes the name of an object.
	 * @return its name, made unique within its kind
	 */
	static String read(Cursor cursor, ObjectKind kind) {
		return switch (kind) {
			case FUNCTION, PROCEDURE, AGGREGATE -> routine(cursor);
			case TRIGGER, CONSTRAINT_TRIGGER, POLICY -> ofTable(cursor, "ON");
			case RULE -> ofRule(cursor);
			case CAST -> text(cursor.parentheses());
			case OPERATOR -> operator(cursor);
			case OPERATOR_CLASS, OPERATOR_FAMILY -> {
				String name = cursor.name();
				cursor.skipTo("USING");
				yield name + " using " + cursor.simpleName();
			}
			case TRANSFORM -> {
				cursor.accept("FOR");
				String type = cursor.name();
				cursor.skipTo("LANGUAGE");
				yield type + " " + cursor.simpleName();
			}
			case USER_MAPPING -> {
				cursor.accept("FOR");
				String user = cursor.simpleName();
				cursor.skipTo("SERVER");
				yield user + " " + cursor.simpleName();
			}
			case SCHEMA -> {
				String name = cursor.peek().is("AUTHORIZATION") ? "" : cursor.simpleName();
				yield (cursor.accept("AUTHORIZATION") && name.isEmpty()) ? cursor.simpleName() : name;
			}
			case EXTENSION, ROLE, DATABASE, TABLESPACE, SERVER, LANGUAGE, ACCESS_METHOD, FOREIGN_DATA_WRAPPER,
					PUBLICATION, SUBSCRIPTION, EVENT_TRIGGER ->
				cursor.simpleName();
			default -> cursor.name();
		};
	}

	private static String ofTable(Cursor cursor, String before) {
		String name = cursor.simpleName();
		cursor.skipTo(before);
		return cursor.name() + "/" + name;
	}

	private static String ofRule(Cursor cursor) {
		String name = cursor.simpleName();
		if (cursor.accept("AS", "ON")) {
			cursor.skipTo("TO");
		}
		else {
			cursor.skipTo("ON");
		}
		return cursor.name() + "/" + name;
	}

	private static String routine(Cursor cursor) {
		String name = cursor.name();
		List<Token> arguments = cursor.parentheses();
		if (arguments == null) {
			return name;
		}
		List<String> types = new ArrayList<>();
		for (List<Token> argument : Cursor.list(arguments)) {
			String type = argumentType(cursor.over(argument));
			if (type != null) {
				types.add(type);
			}
		}
		return name + "(" + String.join(",", types) + ")";
	}

	/**
	 * Returns {@code null} for a result.
	 */
	private static @Nullable String argumentType(Cursor argument) {
		if (argument.accept("OUT")) {
			return null;
		}
		List<Token> tokens = new ArrayList<>();
		boolean first = true;
		while (!argument.atEnd() && !argument.peek().is("DEFAULT") && !argument.peek().isSymbol("=")) {
			Token token = argument.take();
			if (!(first && token.kind() == Token.Kind.WORD && MODES.contains(token.text()))) {
				tokens.add(token);
			}
			first = false;
		}
		boolean named = tokens.size() > 1 && tokens.get(0).isName() && tokens.get(1).isName()
				&& !LONG_TYPES.contains(tokens.get(0).text());
		return type(named ? tokens.subList(1, tokens.size()) : tokens);
	}

	/**
	 * Modifiers, as in {@code varchar(20)}, are no part of a routine's name.
	 */
	private static String type(List<Token> written) {
		List<Token> tokens = withoutModifiers(written);
		String first = tokens.isEmpty() ? "" : tokens.get(0).text();
		if (first.equals("TIMESTAMP") && Cursor.contains(tokens, "WITH")) {
			return "timestamptz";
		}
		if (tokens.size() > 2 && tokens.get(1).isSymbol(".") && tokens.get(0).is("PG_CATALOG")) {
			return type(tokens.subList(2, tokens.size()));
		}
		String type = ALIASES.get(first);
		return (type != null) ? type + text(tokens.subList(1, tokens.size())) : text(tokens);
	}

	private static List<Token> withoutModifiers(List<Token> tokens) {
		List<Token> kept = new ArrayList<>();
		int depth = 0;
		for (Token token : tokens) {
			depth += token.isSymbol("(") ? 1 : 0;
			if (depth == 0) {
				kept.add(token);
			}
			depth -= token.isSymbol(")") ? 1 : 0;
		}
		return kept;
	}

	private static String operator(Cursor cursor) {
		StringBuilder name = new StringBuilder();
		while (!cursor.atEnd() && !cursor.peek().isSymbol("(")) {
			name.append(cursor.take().text());
		}
		List<Token> arguments = cursor.parentheses();
		if (arguments == null) {
			return name.toString();
		}
		String left = "none";
		String right = "none";
		boolean declares = false;
		List<List<Token>> parts = Cursor.list(arguments);
		for (List<Token> part : parts) {
			boolean value = part.size() > 2 && part.get(1).isSymbol("=");
			declares |= value;
			if (value && part.get(0).is("LEFTARG")) {
				left = type(part.subList(2, part.size()));
			}
			else if (value && part.get(0).is("RIGHTARG")) {
				right = type(part.subList(2, part.size()));
			}
		}
		if (declares) {
			return name + "(" + left + "," + right + ")";
		}
		return name + "(" + parts.stream().map(Names::type).collect(Collectors.joining(",")) + ")";
	}

	static String text(@Nullable List<Token> tokens) {
		return (tokens != null) ? tokens.stream().map(Token::name).collect(Collectors.joining(" ")) : "";
	}

	/**
	 * Returns what an object belongs to by its name alone.
	 */
	static List<String> needs(ObjectKind kind, String name) {
		List<String> needs = new ArrayList<>();
		int slash = name.indexOf('/');
		String owner = (slash > 0) ? name.substring(0, slash) : name;
		if (slash > 0) {
			needs.add(ObjectKind.TABLE.key(owner));
		}
		int parenthesis = owner.indexOf('(');
		int dot = owner.indexOf('.');
		if (dot > 0 && (parenthesis < 0 || dot < parenthesis)) {
			needs.add(ObjectKind.SCHEMA.key(owner.substring(0, dot)));
		}
		if (kind.isRoutine() && parenthesis > 0) {
			needs.add("routine name " + owner.substring(0, parenthesis));
		}
		return needs;
	}

}
