package dev.pgkeel.schema;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

import dev.pgkeel.schema.CatalogEntry.Id;
import org.jspecify.annotations.Nullable;

/**
 * The objects of a database at one moment, with a hash of each one's definition. The
 * server's own objects, temporary ones and those that belong to an extension are left
 * out, as are indexes that belong to a constraint and what partitions inherit. Owners and
 * privileges are not part of a definition.
 */
final class CatalogSnapshot {

	private final Map<Id, CatalogEntry> byId;

	private final Map<CatalogObject, CatalogEntry> byObject;

	private final Set<Id> hidden;

	private final Set<String> searchPath;

	/**
	 * Keeps what was read.
	 * @param entries the objects
	 * @param hidden objects that are there, but are part of others
	 * @param searchPath the schemas in which the session looks for names, as objects
	 */
	CatalogSnapshot(Map<Id, CatalogEntry> entries, Set<Id> hidden, Set<String> searchPath) {
		this.byId = entries;
		this.hidden = hidden;
		this.searchPath = searchPath;
		this.byObject = new HashMap<>(entries.size() * 2);
		entries.values().forEach((entry) -> this.byObject.put(entry.object(), entry));
	}

	/**
	 * Reads the catalog, in one round trip. Waits for no lock of another session.
	 * @param connection an open connection
	 * @return the objects as the connection's transaction sees them
	 * @throws SQLException if the server cannot be asked
	 */
	static CatalogSnapshot take(Connection connection) throws SQLException {
		return new CatalogReader().read(connection);
	}

	/**
	 * Returns the objects.
	 */
	Set<CatalogObject> objects() {
		return this.byObject.keySet();
	}

	/**
	 * Returns the hash of an object's definition.
	 * @param object the object
	 * @return the hash, or {@code null} if there is no such object
	 */
	@Nullable String hash(CatalogObject object) {
		CatalogEntry entry = this.byObject.get(object);
		return (entry != null) ? entry.hash() : null;
	}

	/**
	 * Returns the oid of an object; of a column, that of its table.
	 * @param object the object
	 * @return the oid, or 0 if there is no such object
	 */
	long oid(CatalogObject object) {
		CatalogEntry entry = this.byObject.get(object);
		return (entry != null) ? entry.id().oid() : 0;
	}

	/**
	 * Returns whether the session finds what is in a schema without its name.
	 * @param schema the schema's identity
	 */
	boolean isOnSearchPath(String schema) {
		return this.searchPath.contains(schema);
	}

	Map<Id, CatalogEntry> entries() {
		return this.byId;
	}

	@Nullable CatalogEntry entry(CatalogObject object) {
		return this.byObject.get(object);
	}

	/**
	 * Returns whether an object exists, possibly as part of another one, under whatever
	 * name.
	 */
	boolean exists(Id id) {
		return this.byId.containsKey(id) || this.hidden.contains(id);
	}

}
