package dev.pgkeel.schema;

import java.util.Objects;

import org.jspecify.annotations.Nullable;

/**
 * A row of {@link CatalogQueries}.
 *
 * @param kind the kind of object
 * @param oid the object, or the table of a column
 * @param sub the column's number, otherwise 0
 * @param parent the schema or table that it lies in, 0 if there is none
 * @param owner the object that it was made for, 0 if there is none
 * @param name its name
 * @param labels the names of all columns of the query
 * @param values their values, the fixed ones left out
 */
record CatalogRow(String kind, long oid, int sub, long parent, long owner, String name, String[] labels,
		@Nullable String[] values) {

	/**
	 * Its first columns, which all rows have.
	 */
	static final int FIXED_COLUMNS = 6;

	/**
	 * Whether it lies in a schema, and not in a table.
	 */
	boolean isTopLevel() {
		return switch (this.kind) {
			case "schema", "extension", "column", "index", "constraint", "policy", "trigger", "rule" -> false;
			default -> true;
		};
	}

	String catalog() {
		return switch (this.kind) {
			case "schema" -> "pg_namespace";
			case "table", "view", "materialized view", "foreign table", "sequence" -> "pg_class";
			case "type" -> "pg_type";
			case "function", "procedure", "aggregate" -> "pg_proc";
			default -> "none";
		};
	}

	String identity() {
		String signature = value("signature");
		return SqlNames.quoted(this.name) + ((signature != null) ? "(" + signature + ")" : "");
	}

	@Nullable String value(String label) {
		for (int i = FIXED_COLUMNS; i < this.labels.length; i++) {
			if (this.labels[i].equals(label)) {
				return this.values[i];
			}
		}
		return null;
	}

	boolean isTrue(String label) {
		return "t".equals(value(label));
	}

	long oid(String label) {
		return Long.parseLong(Objects.requireNonNullElse(value(label), "0"));
	}

}
