package dev.pgkeel.schema.lint;

import java.util.List;
import java.util.Set;

/**
 * Reads what an {@code ALTER TABLE} does to a table's parts.
 */
final class AlterTableReader {

	/**
	 * Functions that take text and give something else, so that they do not exist for
	 * what they gave.
	 */
	private static final Set<String> TEXT_FUNCTIONS = Set.of("LENGTH", "CHAR_LENGTH", "OCTET_LENGTH", "TO_DATE",
			"TO_TIMESTAMP", "TO_NUMBER", "STRING_TO_ARRAY", "REGEXP_REPLACE", "SPLIT_PART", "BTRIM", "TRIM", "UPPER",
			"LOWER", "REPLACE");

	private static final Set<String> TEXT_TYPES = Set.of("TEXT", "VARCHAR", "CHARACTER", "CHAR", "CITEXT");

	private static final String COLUMNS = "pg_attribute";

	private final String table;

	AlterTableReader(String table) {
		this.table = table;
	}

	void read(Cursor cursor, List<Action> actions) {
		for (List<Token> change : Cursor.list(cursor.rest())) {
			Cursor part = cursor.over(change);
			if (part.accept("ADD")) {
				add(part, actions);
			}
			else if (part.accept("DROP")) {
				drop(part, actions);
			}
			else if (part.accept("ALTER")) {
				alter(part, actions);
			}
			else if (!partition(part, actions)) {
				other(part, actions);
			}
		}
	}

	private void add(Cursor part, List<Action> actions) {
		if (TableReader.isConstraint(part)) {
			lock("ADD CONSTRAINT", "pg_constraint", actions);
			TableReader.constraint(part, this.table, true, actions);
			return;
		}
		if (part.peek().is("COLUMN") && !part.peek(1).isName()) {
			return;
		}
		part.accept("COLUMN");
		boolean guarded = part.accept("IF", "NOT", "EXISTS");
		String column = part.take().name();
		lock("ADD COLUMN " + column, COLUMNS, actions);
		actions.add(TableReader.column(this.table, column, guarded, part.rest()));
	}

	private void drop(Cursor part, List<Action> actions) {
		ObjectKind kind = part.accept("CONSTRAINT") ? ObjectKind.CONSTRAINT : ObjectKind.COLUMN;
		if (kind == ObjectKind.COLUMN) {
			part.accept("COLUMN");
		}
		boolean guarded = part.accept("IF", "EXISTS");
		String name = part.take().name();
		lock("DROP " + kind + " " + name, (kind == ObjectKind.CONSTRAINT) ? "pg_constraint" : COLUMNS, actions);
		actions.add(new Action.Drop(kind, kind.key(this.table, name), kind + " " + name, guarded));
	}

	private void alter(Cursor part, List<Action> actions) {
		if (part.accept("CONSTRAINT")) {
			return;
		}
		part.accept("COLUMN");
		if (part.accept("IF", "EXISTS")) {
			actions.add(new Action.Impossible("ALTER COLUMN IF EXISTS", "42601",
					Rewrites.change(ObjectKind.COLUMN, ObjectKind.COLUMN.missing())));
			return;
		}
		String column = part.take().name();
		List<String> needs = List.of(ObjectKind.COLUMN.key(this.table, column), ObjectKind.TABLE.key(this.table));
		if (part.accept("ADD", "GENERATED")) {
			actions.add(Action.Create.of(ObjectKind.IDENTITY, ObjectKind.IDENTITY.key(this.table, column),
					"IDENTITY of " + column, false, needs));
		}
		else if (part.accept("DROP", "IDENTITY")) {
			dropped(ObjectKind.IDENTITY, column, part, actions);
		}
		else if (part.accept("DROP", "EXPRESSION")) {
			dropped(ObjectKind.EXPRESSION, column, part, actions);
		}
		else if (part.accept("TYPE") || part.accept("SET", "DATA", "TYPE")) {
			lock("ALTER COLUMN " + column + " TYPE", COLUMNS, actions);
			actions.add(new Action.Retype(ObjectKind.COLUMN.key(this.table, column)));
			convert(part, column, actions);
		}
		else if (part.accept("RESTART")) {
			actions.add(new Action.SetSequence("ALTER COLUMN " + column + " RESTART"));
		}
		else if (part.peek().is("SET") || part.peek().is("DROP")) {
			String what = part.take().text() + " " + part.peek().text();
			if (part.accept("DEFAULT") || part.accept("NOT", "NULL")) {
				lock("ALTER COLUMN " + column + " " + (what.endsWith("NOT") ? what + " NULL" : what), COLUMNS, actions);
			}
		}
	}

	private void dropped(ObjectKind kind, String column, Cursor part, List<Action> actions) {
		actions.add(new Action.Drop(kind, kind.key(this.table, column), kind + " of " + column,
				part.accept("IF", "EXISTS")));
	}

	/**
	 * A cast of the column itself does nothing the second time.
	 */
	private void convert(Cursor part, String column, List<Action> actions) {
		boolean text = TEXT_TYPES.contains(part.peek().text());
		if (!part.skipTo("USING")) {
			return;
		}
		List<Token> expression = part.rest();
		if (expression.isEmpty()) {
			return;
		}
		boolean cast = expression.stream()
			.allMatch((token) -> token.isName() || token.isSymbol("(") || token.isSymbol(")") || token.isSymbol("::")
					|| token.isSymbol(",") || token.isSymbol("[") || token.isSymbol("]")
					|| token.kind() == Token.Kind.NUMBER)
				&& (expression.size() == 1 || expression.get(0).is("CAST")
						|| expression.stream().anyMatch((token) -> token.isSymbol("::")));
		if (!cast) {
			boolean called = expression.size() > 2 && TEXT_FUNCTIONS.contains(expression.get(0).text())
					&& expression.get(1).isSymbol("(") && expression.get(2).isName()
					&& expression.get(2).name().equals(column);
			actions.add(new Action.Convert(this.table, column, called && !text));
		}
	}

	private boolean partition(Cursor part, List<Action> actions) {
		if (part.accept("ATTACH", "PARTITION")) {
			String partition = part.name();
			actions.add(Action.Create.of(ObjectKind.PARTITION, ObjectKind.PARTITION.key(this.table, partition),
					"PARTITION " + partition, false,
					List.of(ObjectKind.TABLE.key(this.table), ObjectKind.TABLE.key(partition))));
		}
		else if (part.accept("DETACH", "PARTITION")) {
			String partition = part.name();
			actions.add(new Action.Drop(ObjectKind.PARTITION, ObjectKind.PARTITION.key(this.table, partition),
					"PARTITION " + partition, false));
		}
		else if (part.accept("INHERIT")) {
			String parent = part.name();
			actions.add(Action.Create.of(ObjectKind.INHERITANCE, ObjectKind.INHERITANCE.key(this.table, parent),
					"INHERITANCE from " + parent, false,
					List.of(ObjectKind.TABLE.key(this.table), ObjectKind.TABLE.key(parent))));
		}
		else if (part.accept("NO", "INHERIT")) {
			String parent = part.name();
			actions.add(new Action.Drop(ObjectKind.INHERITANCE, ObjectKind.INHERITANCE.key(this.table, parent),
					"INHERITANCE from " + parent, false));
		}
		else {
			return false;
		}
		return true;
	}

	private void other(Cursor part, List<Action> actions) {
		List<Token> words = part.rest();
		if (Cursor.contains(words, "SECURITY") && Cursor.contains(words, "LEVEL")) {
			StringBuilder command = new StringBuilder();
			words.forEach((word) -> command.append(word.text()).append(' '));
			lock(command.toString().strip(),
					(command.indexOf("FORCE") >= 0) ? "pg_class.relforcerowsecurity" : "pg_class.relrowsecurity",
					actions);
		}
		else if (part.accept("OWNER", "TO")) {
			lock("OWNER TO", "pg_class.relowner", actions);
		}
		else if (part.accept("REPLICA", "IDENTITY")) {
			lock("REPLICA IDENTITY", "pg_class.relreplident", actions);
		}
	}

	private void lock(String command, String lookup, List<Action> actions) {
		actions.add(new Action.Lock(this.table, "ALTER TABLE " + this.table + " " + command, lookup));
	}

}
