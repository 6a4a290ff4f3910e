package dev.pgkeel.schema;

import java.util.Locale;

/**
 * Something that a run would destroy.
 *
 * @param object what
 * @param name the name under which a script allows it
 * @param text what happens to it
 */
record Loss(CatalogObject object, String name, String text) {

	private static final String DEFAULT_SCHEMA = "public.";

	static Loss of(CatalogObject object, String happened) {
		String name = shown(object);
		boolean plain = object.kind().equals("table") || object.kind().equals("column");
		return new Loss(object, name, (plain ? "" : object.kind() + " ") + name + " " + happened);
	}

	static Loss ofRows(CatalogObject table, long rows) {
		String name = shown(table);
		return new Loss(table, name,
				name + ": " + ((rows == 1) ? "1 row deleted" : String.format(Locale.ROOT, "%,d rows deleted", rows)));
	}

	static Loss ofRecreated(CatalogEntry entry) {
		return of(entry.object(), switch (entry.object().kind()) {
			case "table" -> "dropped and created again: its rows are gone";
			case "sequence" -> "dropped and created again: it starts anew";
			default -> "dropped and added again: its values are gone";
		});
	}

	static Loss ofUncountedRows(CatalogObject table, String why) {
		String name = shown(table);
		return new Loss(table, name, name + ": rows deleted or rewritten, which cannot be counted: " + why);
	}

	static String shown(CatalogObject object) {
		String identity = object.identity();
		return identity.startsWith(DEFAULT_SCHEMA) ? identity.substring(DEFAULT_SCHEMA.length()) : identity;
	}

	@Override
	public String toString() {
		return this.text;
	}

}
