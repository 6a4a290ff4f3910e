package dev.pgkeel.schema;

import java.util.Map;

import org.jspecify.annotations.Nullable;

/**
 * Writes parts of definitions without what differs between two creations of the same
 * object: oids become names, and columns' numbers the columns' names.
 */
final class CatalogDefinition {

	/**
	 * The lowest oid that an object of a user's can have (PostgreSQL's
	 * {@code FirstNormalObjectId}).
	 */
	private static final long FIRST_USER_OID = 16384;

	private final Map<Long, String> names;

	CatalogDefinition(Map<Long, String> names) {
		this.names = names;
	}

	String oid(long oid) {
		return (oid < FIRST_USER_OID) ? String.valueOf(oid) : this.names.getOrDefault(oid, "?" + oid);
	}

	boolean isOfUser(String oid) {
		return this.names.containsKey(Long.valueOf(oid));
	}

	/**
	 * Rewrites a list of oids, as an {@code oidvector} or an array.
	 */
	String oids(String list) {
		StringBuilder text = new StringBuilder();
		for (String oid : elements(list)) {
			text.append(oid.isEmpty() ? "" : oid(Long.parseLong(oid))).append(' ');
		}
		return text.toString();
	}

	/**
	 * Rewrites a list of columns' numbers, as an {@code int2vector} or an array.
	 */
	String columns(String list, @Nullable Map<Integer, String> columns) {
		StringBuilder text = new StringBuilder();
		for (String number : elements(list)) {
			text.append(number.isEmpty() ? "" : column(number, columns)).append(' ');
		}
		return text.toString();
	}

	/**
	 * Rewrites an expression as the server stores it ({@code pg_node_tree}).
	 */
	String tree(String tree, @Nullable Map<Integer, String> columns) {
		return new NodeTree(this, tree, columns).rewrite();
	}

	static String column(String number, @Nullable Map<Integer, String> columns) {
		String name = (columns != null) ? columns.get(Integer.valueOf(number)) : null;
		return (name != null) ? name : number;
	}

	private static String[] elements(String list) {
		return list.replace("{", "").replace("}", "").split("[ ,]+");
	}

}
