package dev.pgkeel.schema.lint;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

import dev.pgkeel.schema.lint.ObjectKind.Remedy;
import org.jspecify.annotations.Nullable;

/**
 * Reads what a {@code CREATE} does.
 */
final class CreateReader {

	private static final Set<ObjectKind> REPLACEABLE = EnumSet.of(ObjectKind.VIEW, ObjectKind.FUNCTION,
			ObjectKind.PROCEDURE, ObjectKind.AGGREGATE, ObjectKind.TRIGGER, ObjectKind.RULE, ObjectKind.LANGUAGE,
			ObjectKind.TRANSFORM);

	private CreateReader() {
	}

	static List<Action> read(Cursor cursor) {
		List<Action> actions = new ArrayList<>();
		boolean orReplace = cursor.accept("OR", "REPLACE");
		boolean temporary = false;
		boolean unique = false;
		for (String word = modifier(cursor); word != null; word = modifier(cursor)) {
			temporary |= word.startsWith("TEMP");
			unique |= word.equals("UNIQUE");
		}
		ObjectKind kind = Kinds.read(cursor);
		if (kind == null) {
			return actions;
		}
		cursor.accept("CONCURRENTLY");
		boolean ifNotExists = cursor.accept("IF", "NOT", "EXISTS");
		refuse(kind, orReplace, ifNotExists, actions);
		if (!actions.isEmpty()) {
			return actions;
		}
		boolean guarded = orReplace || ifNotExists;
		switch (kind) {
			case INDEX -> index(cursor, unique, guarded, actions);
			case TABLE, FOREIGN_TABLE -> TableReader.create(cursor, kind, guarded, temporary, actions);
			case STATISTICS -> statistics(cursor, guarded, actions);
			default -> {
				String name = Names.read(cursor, kind);
				List<String> needs = Names.needs(kind, name);
				actions.add(new Action.Create(kind, kind.key(name), kind + " " + shown(name), guarded, temporary, needs,
						List.of()));
				afterwards(cursor, kind, orReplace, ifNotExists, name, actions);
			}
		}
		return actions;
	}

	private static void afterwards(Cursor cursor, ObjectKind kind, boolean orReplace, boolean ifNotExists, String name,
			List<Action> actions) {
		if (kind == ObjectKind.SCHEMA && ifNotExists && Cursor.contains(cursor.rest(), "CREATE", "GRANT")) {
			actions.clear();
			actions.add(new Action.Impossible("CREATE SCHEMA IF NOT EXISTS with objects in it", "0A000",
					"create the schema alone, and its objects in statements of their own"));
		}
		if (kind == ObjectKind.VIEW && orReplace) {
			actions.add(new Action.Lock(name, "CREATE OR REPLACE VIEW " + shown(name), "pg_get_viewdef"));
		}
	}

	private static @Nullable String modifier(Cursor cursor) {
		if (cursor.peek().is("FOREIGN") || cursor.peek().is("MATERIALIZED") || cursor.peek().is("CONSTRAINT")) {
			return null;
		}
		return cursor.acceptAny("GLOBAL", "LOCAL", "TEMPORARY", "TEMP", "UNLOGGED", "RECURSIVE", "UNIQUE", "DEFAULT");
	}

	private static void refuse(ObjectKind kind, boolean orReplace, boolean ifNotExists, List<Action> actions) {
		if (orReplace && kind == ObjectKind.CONSTRAINT_TRIGGER) {
			actions.add(new Action.Impossible("CREATE OR REPLACE CONSTRAINT TRIGGER", "0A000",
					"DROP TRIGGER IF EXISTS before CREATE CONSTRAINT TRIGGER"));
		}
		else if (orReplace && !REPLACEABLE.contains(kind)) {
			actions.add(new Action.Impossible("CREATE OR REPLACE " + kind, "42601", instead(kind)));
		}
		else if (ifNotExists && kind.remedy() != Remedy.IF_NOT_EXISTS) {
			actions.add(new Action.Impossible("CREATE " + kind + " IF NOT EXISTS", "42601", instead(kind)));
		}
	}

	private static String instead(ObjectKind kind) {
		return switch (kind.remedy()) {
			case IF_NOT_EXISTS -> "CREATE " + kind + " IF NOT EXISTS, or drop it before";
			case OR_REPLACE -> "CREATE OR REPLACE " + kind;
			case GUARD -> Rewrites.guard(kind);
		};
	}

	private static void index(Cursor cursor, boolean unique, boolean guarded, List<Action> actions) {
		String name = cursor.peek().is("ON") ? "" : cursor.simpleName();
		cursor.skipTo("ON");
		cursor.accept("ONLY");
		String table = cursor.name();
		if (name.isEmpty() && guarded) {
			actions.add(new Action.Impossible("CREATE INDEX IF NOT EXISTS without a name", "42601",
					"CREATE INDEX IF NOT EXISTS name ON ..."));
			return;
		}
		if (cursor.accept("USING")) {
			cursor.take();
		}
		List<Token> parts = cursor.parentheses();
		List<String> columns = TableReader.columns(parts);
		List<String> key = Cursor.contains(cursor.rest(), "WHERE") ? List.of() : columns;
		if (name.isEmpty()) {
			actions.add(new Action.Unnamed(ObjectKind.INDEX, table));
			return;
		}
		List<String> needs = new ArrayList<>();
		needs.add(ObjectKind.TABLE.key(table));
		columns.forEach((column) -> needs.add(ObjectKind.COLUMN.key(table, column)));
		int dot = table.lastIndexOf('.');
		String index = ObjectKind.INDEX.key((dot > 0) ? table.substring(0, dot + 1) + name : name);
		List<Action> keys = unique ? List.of(new Action.UniqueKey(table, key, index)) : List.of();
		actions.add(new Action.Create(ObjectKind.INDEX, index, "INDEX " + name, guarded, false, needs, keys));
	}

	private static void statistics(Cursor cursor, boolean guarded, List<Action> actions) {
		if (cursor.peek().is("ON") || cursor.peek().isSymbol("(")) {
			cursor.skipTo("FROM");
			actions.add(new Action.Unnamed(ObjectKind.STATISTICS, cursor.name()));
			return;
		}
		String name = cursor.name();
		cursor.skipTo("FROM");
		actions.add(Action.Create.of(ObjectKind.STATISTICS, ObjectKind.STATISTICS.key(name), "STATISTICS " + name,
				guarded, List.of(ObjectKind.TABLE.key(cursor.name()))));
	}

	static String shown(String name) {
		int slash = name.indexOf('/');
		return (slash > 0) ? name.substring(slash + 1) + " on " + name.substring(0, slash) : name;
	}

}
