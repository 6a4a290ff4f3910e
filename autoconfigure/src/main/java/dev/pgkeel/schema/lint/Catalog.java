package dev.pgkeel.schema.lint;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

import org.jspecify.annotations.Nullable;

/**
 * What is known to be in the database, or known not to be, while scripts are read as if
 * they were run. Of all else nothing is known.
 */
final class Catalog {

	private final Map<String, Boolean> objects = new HashMap<>();

	private final Map<String, List<String>> dependents = new HashMap<>();

	private final Set<String> temporary = new HashSet<>();

	private final Map<String, List<String>> columns = new HashMap<>();

	private final Map<String, Set<Action.UniqueKey>> keys = new HashMap<>();

	private final Set<String> madeInThisRun = new HashSet<>();

	/**
	 * Ends a run: what is temporary goes with its session.
	 */
	void nextRun() {
		this.temporary.forEach(this::forget);
		this.temporary.clear();
		this.madeInThisRun.clear();
	}

	/**
	 * Does what the action does.
	 * @return the SQLSTATE with which it fails, {@code null} if it does not
	 */
	@Nullable String apply(Action action) {
		if (action instanceof Action.Create create) {
			return create(create);
		}
		if (action instanceof Action.Drop drop) {
			return drop(drop);
		}
		if (action instanceof Action.Rename rename) {
			return rename(rename);
		}
		if (action instanceof Action.Insert insert) {
			return insert(insert);
		}
		if (action instanceof Action.UniqueKey key) {
			this.keys.computeIfAbsent(key.table(), (table) -> new LinkedHashSet<>()).add(key);
		}
		else if (action instanceof Action.Columns named) {
			this.columns.put(named.table(), named.columns());
		}
		else if (action instanceof Action.Empty empty) {
			forgetDependents(ObjectKind.ROW.key(empty.table(), ""));
		}
		else if (action instanceof Action.Forget forget) {
			forgetDependents(forget.key());
		}
		return (action instanceof Action.Convert convert && convert.fails()) ? convert(convert) : null;
	}

	private @Nullable String create(Action.Create create) {
		if (isPresent(create.key())) {
			return create.guarded() ? null : create.kind().duplicate();
		}
		this.objects.put(create.key(), true);
		this.madeInThisRun.add(create.key());
		create.needs()
			.forEach((need) -> this.dependents.computeIfAbsent(need, (key) -> new ArrayList<>()).add(create.key()));
		if (create.temporary()) {
			this.temporary.add(create.key());
		}
		create.parts().forEach(this::apply);
		return null;
	}

	private @Nullable String drop(Action.Drop drop) {
		String state = isAbsent(drop.key()) ? drop.kind().missing() : null;
		remove(drop.key());
		this.keys.values().forEach((keys) -> keys.removeIf((key) -> key.owner().equals(drop.key())));
		return drop.guarded() ? null : state;
	}

	private @Nullable String rename(Action.Rename rename) {
		if (isAbsent(rename.from())) {
			return rename.guarded() ? null : rename.state();
		}
		if (isPresent(rename.to())) {
			return rename.kind().duplicate();
		}
		remove(rename.from());
		this.objects.put(rename.to(), true);
		this.madeInThisRun.add(rename.to());
		return null;
	}

	/**
	 * A conversion fails where it was made before.
	 */
	private @Nullable String convert(Action.Convert convert) {
		String key = "converted " + convert.table() + "/" + convert.column();
		if (isPresent(key)) {
			return "42883";
		}
		this.objects.put(key, true);
		this.dependents.computeIfAbsent(ObjectKind.TABLE.key(convert.table()), (table) -> new ArrayList<>()).add(key);
		return null;
	}

	private @Nullable String insert(Action.Insert insert) {
		List<String> names = columns(insert);
		for (List<@Nullable String> row : insert.rows()) {
			for (List<String> key : keys(insert.table())) {
				String values = values(names, row, key);
				if (values != null) {
					String owner = ObjectKind.ROW.key(insert.table(), "");
					String state = apply(Action.Create.of(ObjectKind.ROW, owner + values, "", false,
							List.of(owner, ObjectKind.TABLE.key(insert.table()))));
					if (state != null) {
						return (insert.onConflict() || insert.onlyMissing()) ? null : state;
					}
				}
			}
		}
		return null;
	}

	/**
	 * Returns the columns of each key: the same ones only once, or a row would be in its
	 * own way.
	 */
	private List<List<String>> keys(String table) {
		return this.keys.getOrDefault(table, Set.of()).stream().map(Action.UniqueKey::columns).distinct().toList();
	}

	private List<String> columns(Action.Insert insert) {
		return insert.columns().isEmpty() ? this.columns.getOrDefault(insert.table(), List.of()) : insert.columns();
	}

	/**
	 * Returns whether the key of each row is known, so that rows that could be inserted
	 * had been deleted before.
	 */
	boolean knowsRows(Action.Insert insert) {
		List<String> names = columns(insert);
		List<List<String>> known = keys(insert.table());
		for (List<@Nullable String> row : insert.rows()) {
			if (known.stream().allMatch((key) -> values(names, row, key) == null)) {
				return false;
			}
		}
		return !insert.rows().isEmpty();
	}

	/**
	 * Returns the values of the key's columns, {@code null} if one is not known.
	 */
	private static @Nullable String values(List<String> names, List<@Nullable String> row, List<String> key) {
		StringBuilder values = new StringBuilder(key.toString());
		for (String column : key) {
			int index = names.indexOf(column);
			String value = (index >= 0 && index < row.size()) ? row.get(index) : null;
			if (value == null) {
				return null;
			}
			values.append('/').append(value);
		}
		return key.isEmpty() ? null : values.toString();
	}

	/**
	 * What belongs to a table is unknown again when the table goes.
	 */
	private void remove(String key) {
		forget(key);
		int slash = key.indexOf('/');
		if (slash > 0) {
			String table = key.substring(key.lastIndexOf(' ', slash) + 1, slash);
			this.dependents.computeIfAbsent(ObjectKind.TABLE.key(table), (owner) -> new ArrayList<>()).add(key);
		}
		this.objects.put(key, false);
		this.madeInThisRun.remove(key);
	}

	private void forget(String key) {
		this.objects.remove(key);
		forgetDependents(key);
		if (key.startsWith("relation ")) {
			String table = key.substring("relation ".length());
			this.keys.remove(table);
			this.columns.remove(table);
		}
	}

	private void forgetDependents(String key) {
		List<String> gone = this.dependents.remove(key);
		if (gone != null) {
			gone.forEach(this::forget);
		}
	}

	private boolean isPresent(String key) {
		return Boolean.TRUE.equals(this.objects.get(key));
	}

	private boolean isAbsent(String key) {
		return Boolean.FALSE.equals(this.objects.get(key));
	}

	/**
	 * Returns whether a table is new in each run, so that nothing can be there already.
	 */
	boolean isNewTable(String table) {
		return this.madeInThisRun.contains(ObjectKind.TABLE.key(table));
	}

	/**
	 * Returns whether a table is known and has no key that a conflict could be with.
	 */
	boolean hasNoKey(String table) {
		return isPresent(ObjectKind.TABLE.key(table)) && keys(table).isEmpty();
	}

}
