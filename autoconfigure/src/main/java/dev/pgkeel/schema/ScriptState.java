package dev.pgkeel.schema;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The objects of a script and their definitions at one moment: those that it created,
 * altered or names, with all that belongs to a table. Other objects never count.
 *
 * @param definitions one per object: a hash, a space, the object's kind and name
 * @param roots the objects that belong to no table
 * @param oids the oids of all objects
 */
record ScriptState(List<String> definitions, List<String> roots, List<Long> oids) {

	private static final Pattern NAME_PART = Pattern.compile("\"((?:[^\"]++|\"\")++)\"|[^\".(]+");

	/**
	 * Finds the objects of a script that was just applied.
	 * @param snapshot the catalog
	 * @param names the names in the script
	 * @param searchPath the schemas in which names are looked up
	 * @param also the names of more roots, such as what it created without naming it
	 * @return the state
	 */
	static ScriptState of(CatalogSnapshot snapshot, ScriptNames names, Collection<String> searchPath,
			Collection<String> also) {
		Set<String> wanted = new HashSet<>(also);
		Set<CatalogEntry> roots = new HashSet<>();
		for (CatalogEntry entry : snapshot.entries().values()) {
			if (root(entry) == entry
					&& (wanted.contains(entry.object().toString()) || isNamed(entry.object(), names, searchPath))) {
				roots.add(entry);
			}
		}
		return of(snapshot, roots);
	}

	/**
	 * Finds the objects of a script again.
	 * @param snapshot the catalog
	 * @param former the names of the roots that it had
	 * @return the state
	 */
	static ScriptState again(CatalogSnapshot snapshot, Collection<String> former) {
		return of(snapshot, new ScriptNames(), List.of(), former);
	}

	private static ScriptState of(CatalogSnapshot snapshot, Set<CatalogEntry> roots) {
		Set<String> definitions = new TreeSet<>();
		Set<Long> oids = new TreeSet<>();
		for (CatalogEntry entry : snapshot.entries().values()) {
			if (roots.contains(root(entry))) {
				definitions.add(entry.hash() + " " + entry.object());
				oids.add(entry.id().oid());
			}
		}
		List<String> names = roots.stream().map((root) -> root.object().toString()).sorted().toList();
		return new ScriptState(List.copyOf(definitions), names, List.copyOf(oids));
	}

	/**
	 * A column belongs to its table, and this to nothing but its schema.
	 */
	static CatalogEntry root(CatalogEntry entry) {
		CatalogEntry root = entry;
		for (CatalogEntry parent = root.parent(); parent != null && parent.parent() != null; parent = root.parent()) {
			root = parent;
		}
		return root;
	}

	static boolean isNamed(CatalogObject object, ScriptNames names, Collection<String> searchPath) {
		List<String> parts = parts(object.identity());
		if (parts.isEmpty()) {
			return false;
		}
		String name = parts.get(parts.size() - 1);
		String schema = (parts.size() > 1) ? parts.get(0) : null;
		return names.contains(schema, name, schema == null || searchPath.contains(schema));
	}

	private static List<String> parts(String identity) {
		int arguments = identity.indexOf('(');
		String name = (arguments >= 0) ? identity.substring(0, arguments) : identity;
		List<String> parts = new ArrayList<>();
		for (Matcher part = NAME_PART.matcher(name); part.find();) {
			parts.add((part.group(1) != null) ? part.group(1).replace("\"\"", "\"") : part.group());
		}
		return parts;
	}

	/**
	 * Returns one hash for all definitions.
	 */
	String fingerprint() {
		MessageDigest digest = SchemaScript.sha256();
		for (String definition : this.definitions) {
			digest.update(definition.getBytes(StandardCharsets.UTF_8));
			digest.update((byte) '\n');
		}
		return HexFormat.of().formatHex(digest.digest());
	}

	/**
	 * Describes how this state differs from a former one.
	 * @param former the former definitions
	 * @return one line per object that is missing, new or not what it was
	 */
	List<String> differences(Collection<String> former) {
		Map<String, String> before = byObject(former);
		Map<String, String> now = byObject(this.definitions);
		List<String> differences = new ArrayList<>();
		for (String object : new TreeSet<>(before.keySet())) {
			String hash = now.get(object);
			if (hash == null) {
				differences.add(object + " is missing");
			}
			else if (!hash.equals(before.get(object))) {
				differences.add(object + " changed");
			}
		}
		new TreeSet<>(now.keySet()).stream()
			.filter((object) -> !before.containsKey(object))
			.forEach((object) -> differences.add(object + " was added"));
		return differences;
	}

	/**
	 * Returns whether something is gone that statements outside of a transaction need.
	 * Those make and drop indexes themselves, and who drops an invalid one helps them.
	 * @param former the former definitions
	 * @return whether something other than indexes is missing
	 */
	boolean lacksMoreThanIndexes(Collection<String> former) {
		Set<String> now = byObject(this.definitions).keySet();
		return byObject(former).keySet()
			.stream()
			.anyMatch((object) -> !object.startsWith("index ") && !now.contains(object));
	}

	private static Map<String, String> byObject(Collection<String> definitions) {
		Map<String, String> hashes = new HashMap<>();
		for (String definition : definitions) {
			int space = definition.indexOf(' ');
			hashes.put(definition.substring(space + 1), definition.substring(0, space));
		}
		return hashes;
	}

}
