package dev.pgkeel.schema.lint;

import java.util.ArrayList;
import java.util.List;

/**
 * Reads what a statement of plain SQL does, as far as it matters when it is done again.
 * What it does not know does nothing.
 */
final class StatementReader {

	private String defaultSchema = "public";

	/**
	 * Reads a statement.
	 * @param tokens the statement
	 * @param procedural whether it stands in PL/pgSQL, where {@code INTO} fills a
	 * variable
	 */
	List<Action> read(List<Token> tokens, boolean procedural) {
		Cursor cursor = new Cursor(tokens, this.defaultSchema);
		if (cursor.accept("WITH") && !cursor.skipTo("INSERT") && !cursor.skipTo("UPDATE") && !cursor.skipTo("DELETE")) {
			cursor.skipTo("SELECT");
		}
		Token verb = (cursor.peek() == tokens.get(0)) ? cursor.take() : cursor.peek(-1);
		return switch (verb.text()) {
			case "CREATE" -> CreateReader.read(cursor);
			case "ALTER" -> AlterReader.read(cursor);
			case "DROP" -> drop(cursor);
			case "INSERT" -> DataReader.insert(cursor);
			case "UPDATE" -> DataReader.update(cursor);
			case "DELETE" -> DataReader.delete(cursor);
			case "TRUNCATE" -> DataReader.truncate(cursor);
			case "SELECT", "PERFORM" -> DataReader.query(cursor, procedural);
			case "IMPORT" -> importSchema(cursor);
			case "SET" -> setSearchPath(cursor);
			default -> List.of();
		};
	}

	/**
	 * Returns the schema of names without one, after the statements that were read.
	 */
	String defaultSchema() {
		return this.defaultSchema;
	}

	private static List<Action> drop(Cursor cursor) {
		List<Action> actions = new ArrayList<>();
		ObjectKind kind = Kinds.read(cursor);
		if (kind == null) {
			return actions;
		}
		cursor.accept("CONCURRENTLY");
		boolean guarded = cursor.accept("IF", "EXISTS");
		do {
			String name = Names.read(cursor, kind);
			if (kind.isRoutine() && name.indexOf('(') < 0) {
				actions.add(new Action.Forget("routine name " + name));
			}
			actions.add(new Action.Drop(kind, kind.key(name), kind + " " + CreateReader.shown(name), guarded));
		}
		while (cursor.acceptSymbol(","));
		return actions;
	}

	private static List<Action> importSchema(Cursor cursor) {
		String what = Names.text(cursor.rest());
		return List.of(Action.Create.of(ObjectKind.FOREIGN_SCHEMA, ObjectKind.FOREIGN_SCHEMA.key(what),
				"FOREIGN SCHEMA", false, List.of()));
	}

	private List<Action> setSearchPath(Cursor cursor) {
		if (cursor.acceptAny("LOCAL", "SESSION") != null || !cursor.atEnd()) {
			if (cursor.accept("SEARCH_PATH")) {
				cursor.take();
				Token first = cursor.peek();
				boolean named = (first.isName() || first.isText()) && !first.is("DEFAULT");
				this.defaultSchema = named ? first.name() : "public";
			}
		}
		return List.of();
	}

}
