package dev.pgkeel.schema.lint;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

import org.jspecify.annotations.Nullable;

/**
 * Reads the columns and constraints of a table.
 */
final class TableReader {

	private static final Set<String> CONSTRAINT_STARTERS = Set.of("CONSTRAINT", "PRIMARY", "UNIQUE", "CHECK", "FOREIGN",
			"EXCLUDE");

	private TableReader() {
	}

	static void create(Cursor cursor, ObjectKind kind, boolean guarded, boolean temporary, List<Action> actions) {
		String table = cursor.name();
		List<String> needs = new ArrayList<>(Names.needs(kind, table));
		List<Action> parts = new ArrayList<>();
		if (cursor.accept("PARTITION", "OF")) {
			needs.add(kind.key(cursor.name()));
			parts.add(keyOfAnother(table));
		}
		List<Token> elements = cursor.parentheses();
		if (elements != null && !cursor.peek().is("AS")) {
			elements(cursor, table, elements, parts);
		}
		if (cursor.skipTo("INHERITS")) {
			List<Token> parents = cursor.parentheses();
			for (List<Token> parent : Cursor.list((parents != null) ? parents : List.of())) {
				needs.add(kind.key(cursor.over(parent).name()));
			}
		}
		actions.add(new Action.Create(kind, kind.key(table), kind + " " + table, guarded, temporary, needs, parts));
	}

	private static void elements(Cursor cursor, String table, List<Token> elements, List<Action> parts) {
		List<String> names = new ArrayList<>();
		for (List<Token> element : Cursor.list(elements)) {
			Cursor part = cursor.over(element);
			if (isConstraint(part)) {
				constraint(part, table, false, parts);
			}
			else if (part.peek().is("LIKE")) {
				if (Cursor.contains(element, "ALL", "INDEXES")) {
					parts.add(keyOfAnother(table));
				}
			}
			else {
				String column = part.take().name();
				names.add(column);
				parts.add(column(table, column, false, part.rest()));
			}
		}
		parts.add(new Action.Columns(table, List.copyOf(names)));
	}

	/**
	 * What it is is not known, and it may be none.
	 */
	private static Action keyOfAnother(String table) {
		return new Action.UniqueKey(table, List.of(), "");
	}

	static boolean isConstraint(Cursor cursor) {
		return (CONSTRAINT_STARTERS.contains(cursor.peek().text()) && cursor.peek().kind() == Token.Kind.WORD
				&& !cursor.peek(1).isSymbol(",")) || (cursor.peek().is("NOT") && cursor.peek(1).is("NULL"));
	}

	/**
	 * Reads a column with the constraints that are written beside it.
	 */
	static Action column(String table, String column, boolean guarded, List<Token> definition) {
		List<Action> parts = new ArrayList<>();
		List<String> needs = List.of(ObjectKind.COLUMN.key(table, column), ObjectKind.TABLE.key(table));
		String name = "";
		int depth = 0;
		for (int i = 0; i < definition.size(); i++) {
			Token token = definition.get(i);
			depth += token.isSymbol("(") ? 1 : 0;
			depth -= token.isSymbol(")") ? 1 : 0;
			if (depth > 0) {
				continue;
			}
			if (token.is("CONSTRAINT") && i + 1 < definition.size()) {
				name = definition.get(++i).name();
				parts.add(Action.Create.of(ObjectKind.CONSTRAINT, ObjectKind.CONSTRAINT.key(table, name),
						"CONSTRAINT " + name, false, needs));
			}
			else if (token.is("PRIMARY")) {
				parts.add(primaryKey(table, name, needs));
				parts.add(key(table, List.of(column), name, "_pkey"));
			}
			else if (token.is("UNIQUE")) {
				parts.add(key(table, List.of(column), name, "_" + column + "_key"));
			}
		}
		return Action.Create
			.of(ObjectKind.COLUMN, ObjectKind.COLUMN.key(table, column), "COLUMN " + column, guarded,
					List.of(ObjectKind.TABLE.key(table)))
			.withParts(parts);
	}

	private static Action.Create primaryKey(String table, String name, List<String> needs) {
		List<String> all = new ArrayList<>(needs);
		all.add(constraintKey(table, name, "_pkey"));
		return Action.Create.of(ObjectKind.PRIMARY_KEY, ObjectKind.PRIMARY_KEY.key(table, ""),
				"PRIMARY KEY of " + table, false, all);
	}

	private static Action key(String table, List<String> columns, String name, String suffix) {
		return new Action.UniqueKey(table, columns, constraintKey(table, name, suffix));
	}

	/**
	 * Returns the identity of a constraint that the server names if the script does not.
	 */
	private static String constraintKey(String table, String name, String suffix) {
		return ObjectKind.CONSTRAINT.key(table,
				name.isEmpty() ? table.substring(table.lastIndexOf('.') + 1) + suffix : name);
	}

	/**
	 * Reads a table's constraint.
	 * @param alone whether it is added to a table that is there
	 */
	static void constraint(Cursor cursor, String table, boolean alone, List<Action> actions) {
		String name = "";
		if (cursor.accept("CONSTRAINT")) {
			if (cursor.accept("IF", "NOT", "EXISTS")) {
				actions.add(new Action.Impossible("ADD CONSTRAINT IF NOT EXISTS", "42601",
						Rewrites.guard(ObjectKind.CONSTRAINT)));
				return;
			}
			name = cursor.simpleName();
		}
		if (cursor.accept("NOT", "NULL")) {
			return;
		}
		boolean primary = cursor.accept("PRIMARY", "KEY");
		boolean unique = !primary && cursor.accept("UNIQUE");
		if (unique) {
			cursor.accept("NULLS", "NOT", "DISTINCT");
			cursor.accept("NULLS", "DISTINCT");
		}
		boolean foreign = cursor.accept("FOREIGN", "KEY");
		boolean exclude = cursor.peek().is("EXCLUDE");
		if (cursor.accept("USING", "INDEX")) {
			usingIndex(cursor.simpleName(), table, name, actions);
			return;
		}
		List<String> columns = (primary || unique || foreign) ? columns(cursor.parentheses()) : List.of();
		List<String> needs = new ArrayList<>();
		needs.add(ObjectKind.TABLE.key(table));
		columns.forEach((column) -> needs.add(ObjectKind.COLUMN.key(table, column)));
		if (foreign && cursor.accept("REFERENCES")) {
			needs.add(ObjectKind.TABLE.key(cursor.name()));
		}
		String suffix = primary ? "_pkey" : "_" + String.join("_", columns) + "_key";
		List<Action> keys = (primary || unique || exclude) ? List.of(key(table, columns, name, suffix)) : List.of();
		if (primary) {
			actions.add(primaryKey(table, name, needs).withParts(keys));
		}
		else if (!name.isEmpty()) {
			ObjectKind kind = (unique || exclude) ? ObjectKind.UNIQUE_CONSTRAINT : ObjectKind.CONSTRAINT;
			actions
				.add(Action.Create.of(kind, kind.key(table, name), "CONSTRAINT " + name, false, needs).withParts(keys));
		}
		else if (alone) {
			actions.add(new Action.Unnamed(ObjectKind.CONSTRAINT, table));
			actions.addAll(keys);
		}
		else {
			actions.addAll(keys);
		}
	}

	/**
	 * The index gets the constraint's name, so that it is missing the second time.
	 */
	private static void usingIndex(String index, String table, String name, List<Action> actions) {
		int dot = table.lastIndexOf('.');
		String schema = (dot > 0) ? table.substring(0, dot + 1) : "";
		if (index.equals(name) || name.isEmpty()) {
			actions.add(Action.Create.of(ObjectKind.INDEX_CONSTRAINT, ObjectKind.CONSTRAINT.key(table, index),
					"CONSTRAINT " + index, false, List.of(ObjectKind.TABLE.key(table))));
		}
		else {
			actions.add(new Action.Rename(ObjectKind.INDEX, ObjectKind.INDEX.key(schema + index),
					ObjectKind.INDEX.key(schema + name), "CONSTRAINT " + name + " USING INDEX " + index, false,
					"42704"));
		}
	}

	/**
	 * Returns the columns of a list, empty if one of its parts is an expression.
	 */
	static List<String> columns(@Nullable List<Token> parts) {
		List<String> columns = new ArrayList<>();
		for (List<Token> part : Cursor.list((parts != null) ? parts : List.of())) {
			if (!part.get(0).isName() || (part.size() > 1 && part.get(1).isSymbol("("))) {
				return List.of();
			}
			columns.add(part.get(0).name());
		}
		return columns;
	}

}
