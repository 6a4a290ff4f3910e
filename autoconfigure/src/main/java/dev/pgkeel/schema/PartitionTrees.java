package dev.pgkeel.schema;

import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;

/**
 * Which tables hold the rows of a partitioned one, and which of them a script allows to
 * be emptied: what it says of a partitioned table, it says of its partitions.
 */
final class PartitionTrees {

	/**
	 * The table with those above it.
	 */
	private static final String ABOVE = """
			select o, array(select relid from pg_catalog.pg_partition_ancestors(o::oid) where relid is not null)::int8[]
			  from pg_catalog.unnest(?::int8[]) o
			""";

	/**
	 * The topmost tables, with the tables that hold their rows.
	 */
	private static final String ROOTS = """
			select r.root, array(select t.relid from pg_catalog.pg_partition_tree(r.root) t where t.isleaf)::int8[]
			  from (select distinct coalesce(pg_catalog.pg_partition_root(o::oid), o::oid)::oid as root
			    from pg_catalog.unnest(?::int8[]) o) r
			""";

	private final Connection connection;

	private final CatalogSnapshot before;

	private final AllowedLosses allowed;

	PartitionTrees(Connection connection, CatalogSnapshot before, AllowedLosses allowed) {
		this.connection = connection;
		this.before = before;
		this.allowed = allowed;
	}

	/**
	 * Returns the tables whose rows no script allows to be destroyed.
	 */
	Set<CatalogEntry> notAllowed(Set<CatalogEntry> tables) throws SQLException {
		Set<Long> allowedOids = allowed(oids(tables));
		return tables.stream()
			.filter((table) -> !allowedOids.contains(table.id().oid()))
			.collect(Collectors.toCollection(LinkedHashSet::new));
	}

	/**
	 * Returns the tables to count, partitioned ones once. Partitions must be attached as
	 * they were before the run.
	 */
	List<DoubtfulTable> doubtful(Set<CatalogEntry> tables) throws SQLException {
		Map<Long, CatalogEntry> notAllowed = new HashMap<>();
		notAllowed(tables).forEach((table) -> notAllowed.put(table.id().oid(), table));
		List<DoubtfulTable> doubtful = new ArrayList<>();
		for (Map.Entry<Long, List<Long>> root : related(ROOTS, notAllowed.keySet()).entrySet()) {
			List<Long> members = root.getValue().isEmpty() ? List.of(root.getKey()) : root.getValue();
			CatalogEntry table = table(root.getKey());
			for (int i = 0; table == null && i < members.size(); i++) {
				table = notAllowed.get(members.get(i));
			}
			if (table != null) {
				doubtful.add(new DoubtfulTable(table, members, allowed(members)));
			}
		}
		return doubtful;
	}

	private Set<Long> allowed(Collection<Long> oids) throws SQLException {
		Set<Long> result = new HashSet<>();
		if (this.allowed.isEmpty()) {
			return result;
		}
		related(ABOVE, oids).forEach((oid, above) -> {
			if (isAllowed(oid) || above.stream().anyMatch(this::isAllowed)) {
				result.add(oid);
			}
		});
		return result;
	}

	private boolean isAllowed(long oid) {
		CatalogEntry table = table(oid);
		return table != null && this.allowed.covers(table);
	}

	private @Nullable CatalogEntry table(long oid) {
		return this.before.entries().get(new CatalogEntry.Id("table", oid, 0));
	}

	private Map<Long, List<Long>> related(String query, Collection<Long> oids) throws SQLException {
		Map<Long, List<Long>> related = new LinkedHashMap<>();
		Array parameter = this.connection.createArrayOf("int8", oids.toArray());
		try (PreparedStatement statement = this.connection.prepareStatement(query)) {
			statement.setArray(1, parameter);
			try (ResultSet rows = statement.executeQuery()) {
				while (rows.next()) {
					related.put(rows.getLong(1), List.of((Long[]) rows.getArray(2).getArray()));
				}
			}
		}
		finally {
			parameter.free();
		}
		return related;
	}

	private static List<Long> oids(Set<CatalogEntry> tables) {
		return tables.stream().map((table) -> table.id().oid()).toList();
	}

}
