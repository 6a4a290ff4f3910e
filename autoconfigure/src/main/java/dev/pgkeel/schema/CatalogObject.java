package dev.pgkeel.schema;

/**
 * An object of a database, as users name it.
 *
 * @param kind what it is, such as {@code table} or {@code materialized view}
 * @param identity its name with that of its schema and of its table, quoted where needed,
 * such as {@code public.notes.title}
 */
record CatalogObject(String kind, String identity) implements Comparable<CatalogObject> {

	@Override
	public int compareTo(CatalogObject other) {
		int result = this.identity.compareTo(other.identity);
		return (result != 0) ? result : this.kind.compareTo(other.kind);
	}

	@Override
	public String toString() {
		return this.kind + " " + this.identity;
	}

}
