package dev.pgkeel.schema;

import org.jspecify.annotations.Nullable;

/**
 * What a snapshot knows of an object.
 *
 * @param object the object
 * @param id the object itself, whatever it is called
 * @param hash the definition, without the object's place in others
 * @param parent what it belongs to: a schema, or a table for a column; {@code null} for a
 * schema
 * @param owner the table whose column a sequence serves, or the index that a constraint
 * uses, 0 if there is none
 * @param ownerColumn the column that a sequence serves, 0 if there is none
 * @param storage of a table: the file of its rows, which a truncation and a rewrite
 * change; 0 if there is none
 * @param rowSecurity of a table: whether row security is enabled
 * @param forcedRowSecurity of a table: whether row security binds its owner too
 * @param generated of a column: whether the server computes its values
 * @param columns of a column, an index, a constraint and a policy: what it has to do with
 * columns
 */
record CatalogEntry(CatalogObject object, Id id, String hash, @Nullable CatalogEntry parent, long owner,
		int ownerColumn, long storage, boolean rowSecurity, boolean forcedRowSecurity, boolean generated,
		@Nullable ColumnUse columns) {

	boolean is(String kind) {
		return kind.equals(this.object.kind());
	}

	boolean isIn(CatalogSnapshot snapshot) {
		return snapshot.exists(this.id) || snapshot.entry(this.object) != null;
	}

	/**
	 * Returns whether an index, a constraint or a policy is made of a column.
	 */
	boolean uses(CatalogEntry column) {
		return this.columns != null && this.parent != null && column.parent() != null
				&& this.parent.id().equals(column.parent().id()) && this.columns.contains(column.id().sub());
	}

	/**
	 * Identifies an object for as long as it exists.
	 *
	 * @param kind its kind
	 * @param oid its oid; of a column, that of its table
	 * @param sub the number of a column, 0 for all others
	 */
	record Id(String kind, long oid, int sub) {

	}

}
