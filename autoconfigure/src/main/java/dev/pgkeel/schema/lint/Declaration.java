package dev.pgkeel.schema.lint;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

import org.jspecify.annotations.Nullable;

/**
 * What a {@code CREATE ... IF NOT EXISTS} says that there is.
 *
 * @param kind table or index
 * @param key its identity
 * @param name its name, quoted
 * @param table its table, quoted
 * @param columns the columns of a table, as names and types
 * @param definition the definition of an index, from what follows its table
 * @param unique whether an index is unique
 * @param place where it is
 */
record Declaration(ObjectKind kind, String key, String name, String table, List<Column> columns, String definition,
		boolean unique, Place place) {

	private static final Set<String> AFTER_TYPE = Set.of("NOT", "NULL", "DEFAULT", "CONSTRAINT", "PRIMARY", "UNIQUE",
			"CHECK", "REFERENCES", "GENERATED", "COLLATE", "STORAGE", "COMPRESSION", "OPTIONS", "DEFERRABLE");

	private static final Map<String, String> SERIAL = Map.of("SERIAL", "integer", "SERIAL4", "integer", "BIGSERIAL",
			"bigint", "SERIAL8", "bigint", "SMALLSERIAL", "smallint", "SERIAL2", "smallint");

	/**
	 * Reads a statement.
	 * @param schema the schema of names without one
	 * @return the declaration, {@code null} if the statement declares nothing
	 */
	static @Nullable Declaration read(List<Token> tokens, Place place, String schema) {
		Cursor cursor = new Cursor(tokens, schema);
		cursor.accept("CREATE");
		boolean unique = cursor.accept("UNIQUE");
		cursor.accept("UNLOGGED");
		boolean table = cursor.accept("TABLE");
		if (!table && !cursor.accept("INDEX")) {
			return null;
		}
		cursor.accept("CONCURRENTLY");
		if (!cursor.accept("IF", "NOT", "EXISTS")) {
			return null;
		}
		String text = place.statement().text();
		String name = cursor.over(cursor.rest()).name();
		String quoted = quotedName(cursor);
		if (table) {
			String qualified = qualified(quoted, schema);
			List<Token> elements = cursor.parentheses();
			return (elements == null || cursor.peek().is("AS")) ? null : new Declaration(ObjectKind.TABLE, name,
					qualified, qualified, columns(cursor, elements, text), "", false, place);
		}
		cursor.accept("ON");
		cursor.accept("ONLY");
		String owner = qualified(quotedName(cursor), schema);
		int dot = owner.lastIndexOf(".\"");
		String qualified = (dot > 0 && !quoted.contains(".\"")) ? owner.substring(0, dot + 1) + quoted : quoted;
		return new Declaration(ObjectKind.INDEX, name, qualified, owner, List.of(),
				text.substring(cursor.peek().start()), unique, place);
	}

	private static String quotedName(Cursor cursor) {
		List<String> parts = new ArrayList<>();
		while (cursor.peek().isName()) {
			parts.add(quoted(cursor.take().name()));
			if (!cursor.acceptSymbol(".")) {
				break;
			}
		}
		return String.join(".", parts);
	}

	private static String qualified(String name, String schema) {
		return (schema.equals("public") || name.contains(".\"")) ? name : quoted(schema) + "." + name;
	}

	private static List<Column> columns(Cursor cursor, List<Token> elements, String text) {
		List<Column> columns = new ArrayList<>();
		for (List<Token> element : Cursor.list(elements)) {
			Cursor part = cursor.over(element);
			if (TableReader.isConstraint(part) || part.peek().is("LIKE")) {
				continue;
			}
			String name = part.take().name();
			List<Token> type = type(part.rest());
			if (!type.isEmpty()) {
				String written = text.substring(type.get(0).start(), type.get(type.size() - 1).end());
				columns.add(new Column(name, SERIAL.getOrDefault(type.get(0).text(), written)));
			}
		}
		return columns;
	}

	private static List<Token> type(List<Token> definition) {
		int end = 0;
		while (end < definition.size() && !(definition.get(end).kind() == Token.Kind.WORD
				&& AFTER_TYPE.contains(definition.get(end).text()))) {
			end++;
		}
		return definition.subList(0, end);
	}

	static String quoted(String name) {
		return '"' + name.replace("\"", "\"\"") + '"';
	}

	/**
	 * A column.
	 *
	 * @param name its name
	 * @param type its type as it is written
	 */
	record Column(String name, String type) {

	}

}
