package dev.pgkeel.schema.lint;

import java.util.ArrayList;
import java.util.List;

/**
 * Reads what an {@code ALTER} does.
 */
final class AlterReader {

	private AlterReader() {
	}

	static List<Action> read(Cursor cursor) {
		List<Action> actions = new ArrayList<>();
		ObjectKind kind = Kinds.read(cursor);
		if (kind == null) {
			return actions;
		}
		boolean ifExists = cursor.accept("IF", "EXISTS");
		cursor.accept("ONLY");
		String name = Names.read(cursor, kind);
		cursor.acceptSymbol("*");
		if (rename(cursor, kind, name, ifExists, actions)) {
			return actions;
		}
		switch (kind) {
			case TABLE, FOREIGN_TABLE -> new AlterTableReader(name).read(cursor, actions);
			case TYPE -> type(cursor, name, actions);
			case DOMAIN -> domain(cursor, name, actions);
			case PUBLICATION -> publication(cursor, name, actions);
			case OPERATOR_FAMILY -> family(cursor, name, actions);
			case SEQUENCE -> {
				if (Cursor.contains(cursor.rest(), "RESTART")) {
					actions.add(new Action.SetSequence("ALTER SEQUENCE " + name + " RESTART"));
				}
			}
			default -> {
			}
		}
		return actions;
	}

	private static boolean rename(Cursor cursor, ObjectKind kind, String name, boolean ifExists, List<Action> actions) {
		if (cursor.accept("SET", "SCHEMA")) {
			String schema = cursor.simpleName();
			String target = name.substring(name.indexOf('.') + 1);
			String to = schema.equals("public") ? target : schema + "." + target;
			actions.add(new Action.Rename(kind, kind.key(name), kind.key(to),
					kind + " " + name + " to schema " + schema, ifExists, missing(kind)));
			return true;
		}
		if (!cursor.accept("RENAME")) {
			return false;
		}
		if (cursor.accept("TO")) {
			String to = cursor.simpleName();
			int slash = name.indexOf('/');
			int dot = name.indexOf('.');
			String qualified = (slash > 0) ? name.substring(0, slash + 1) + to
					: name.substring(0, dot + 1) + to + arguments(kind, name);
			actions.add(new Action.Rename(kind, kind.key(name), kind.key(qualified),
					kind + " " + CreateReader.shown(name) + " to " + to, ifExists, missing(kind)));
			return true;
		}
		renamePart(cursor, kind, name, actions);
		return true;
	}

	private static String arguments(ObjectKind kind, String name) {
		return (kind.isRoutine() && name.indexOf('(') > 0) ? name.substring(name.indexOf('(')) : "";
	}

	/**
	 * A relation of any kind is looked for as a table; the new names of policies and
	 * triggers are looked for before the old ones.
	 */
	private static String missing(ObjectKind kind) {
		return switch (kind) {
			case INDEX -> ObjectKind.TABLE.missing();
			case POLICY, TRIGGER -> kind.duplicate();
			default -> kind.missing();
		};
	}

	private static void renamePart(Cursor cursor, ObjectKind kind, String owner, List<Action> actions) {
		ObjectKind part = ObjectKind.COLUMN;
		if (cursor.accept("CONSTRAINT")) {
			part = (kind == ObjectKind.DOMAIN) ? ObjectKind.DOMAIN_CONSTRAINT : ObjectKind.CONSTRAINT;
		}
		else if (cursor.accept("VALUE")) {
			part = ObjectKind.ENUM_VALUE;
		}
		else if (kind == ObjectKind.TYPE && cursor.accept("ATTRIBUTE")) {
			part = ObjectKind.ATTRIBUTE;
		}
		else {
			cursor.accept("COLUMN");
		}
		if (cursor.accept("IF", "EXISTS")) {
			actions.add(new Action.Impossible("RENAME " + part + " IF EXISTS", "42601",
					Rewrites.change(part, part.missing())));
			return;
		}
		String from = cursor.take().name();
		cursor.accept("TO");
		String to = cursor.take().name();
		actions.add(new Action.Rename(part, part.key(owner, from), part.key(owner, to),
				part + " " + from + " of " + owner + " to " + to, false, part.missing()));
	}

	private static void type(Cursor cursor, String type, List<Action> actions) {
		if (cursor.accept("ADD", "VALUE")) {
			boolean guarded = cursor.accept("IF", "NOT", "EXISTS");
			add(ObjectKind.ENUM_VALUE, type, cursor.take().text(), guarded, actions);
			return;
		}
		for (List<Token> change : Cursor.list(cursor.rest())) {
			Cursor part = cursor.over(change);
			if (part.accept("ADD", "ATTRIBUTE")) {
				if (part.accept("IF", "NOT", "EXISTS")) {
					actions.add(new Action.Impossible("ADD ATTRIBUTE IF NOT EXISTS", "42601",
							Rewrites.guard(ObjectKind.ATTRIBUTE)));
				}
				else {
					add(ObjectKind.ATTRIBUTE, type, part.simpleName(), false, actions);
				}
			}
			else if (part.accept("DROP", "ATTRIBUTE")) {
				boolean guarded = part.accept("IF", "EXISTS");
				drop(ObjectKind.ATTRIBUTE, type, part.simpleName(), guarded, actions);
			}
		}
	}

	private static void domain(Cursor cursor, String domain, List<Action> actions) {
		if (cursor.accept("ADD")) {
			if (cursor.accept("CONSTRAINT", "IF")) {
				actions.add(new Action.Impossible("ADD CONSTRAINT IF NOT EXISTS", "42601",
						Rewrites.guard(ObjectKind.DOMAIN_CONSTRAINT)));
			}
			else if (cursor.accept("CONSTRAINT")) {
				add(ObjectKind.DOMAIN_CONSTRAINT, domain, cursor.simpleName(), false, actions);
			}
			else {
				actions.add(new Action.Unnamed(ObjectKind.DOMAIN_CONSTRAINT, domain));
			}
		}
		else if (cursor.accept("DROP", "CONSTRAINT")) {
			boolean guarded = cursor.accept("IF", "EXISTS");
			drop(ObjectKind.DOMAIN_CONSTRAINT, domain, cursor.simpleName(), guarded, actions);
		}
	}

	private static void publication(Cursor cursor, String publication, List<Action> actions) {
		boolean adds = cursor.accept("ADD");
		if (!adds && !cursor.accept("DROP")) {
			return;
		}
		boolean tables = cursor.accept("TABLE");
		for (List<Token> part : Cursor.list(cursor.rest())) {
			Cursor names = cursor.over(part);
			names.accept("ONLY");
			String member = tables ? names.name() : Names.text(part);
			if (adds) {
				add(ObjectKind.PUBLICATION_TABLE, publication, member, false, actions);
			}
			else {
				drop(ObjectKind.PUBLICATION_TABLE, publication, member, false, actions);
			}
		}
	}

	private static void family(Cursor cursor, String family, List<Action> actions) {
		boolean adds = cursor.accept("ADD");
		if (adds || cursor.accept("DROP")) {
			for (List<Token> part : Cursor.list(cursor.rest())) {
				String member = Names.text(part);
				if (adds) {
					add(ObjectKind.OPERATOR_FAMILY_MEMBER, family, member, false, actions);
				}
				else {
					drop(ObjectKind.OPERATOR_FAMILY_MEMBER, family, member, false, actions);
				}
			}
		}
	}

	private static void add(ObjectKind kind, String owner, String name, boolean guarded, List<Action> actions) {
		actions.add(Action.Create.of(kind, kind.key(owner, name), kind + " " + name, guarded, List
			.of(ObjectKind.TYPE.key(owner), ObjectKind.PUBLICATION.key(owner), ObjectKind.OPERATOR_FAMILY.key(owner))));
	}

	private static void drop(ObjectKind kind, String owner, String name, boolean guarded, List<Action> actions) {
		actions.add(new Action.Drop(kind, kind.key(owner, name), kind + " " + name, guarded));
	}

}
