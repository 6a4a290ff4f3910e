package dev.pgkeel.schema;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;

/**
 * Counts the rows of a table, or of a partitioned one with all that were its partitions
 * before the run or are now. Tables are known by their oids: scripts rename, move and
 * detach them.
 */
final class TableRows {

	/**
	 * How far a row's transaction is from the run's first: what is below half of the
	 * numbers' range was written by the run.
	 */
	private static final String DISTANCE = "(xmin::text::bigint - %d + 4294967296) %% 4294967296";

	private static final long HALF = 1L << 31;

	private static final String PLAIN = """
			select count(*), 0, coalesce(max(d) filter (where d < %2$d), -1), count(*) filter (where d >= %2$d),
			  count(*) filter (where d >= %2$d or d <= %3$d) from (select %1$s as d from only %4$s) t
			""";

	private static final String PARTITIONED = """
			select count(*) filter (where not allowed), count(*) filter (where allowed), -1, 0, 0
			  from (select t.tableoid = any ('{%s}'::oid[]) as allowed from (%s) t) a
			""";

	private static final String EXIST = """
			select exists (select from (%2$s) t where t.tableoid <> all ('{%1$s}'::oid[]))::int, 0, -1, 0, 0
			""";

	/**
	 * Partitions are read through their root, which needs no privilege on them.
	 */
	private static final String PARTS = """
			select pg_catalog.string_agg(pg_catalog.format(case c.oid when %1$d then 'select tableoid from %%I.%%I'
			    else 'select tableoid from only %%I.%%I' end, n.nspname, c.relname), ' union all ')
			  from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
			  where c.oid = %1$d or c.oid = any ('{%2$s}'::oid[])
			    and c.oid not in (select relid from pg_catalog.pg_partition_tree(%1$d) where relid is not null)
			    and pg_catalog.has_any_column_privilege(c.oid, 'select')
			""";

	private final long table;

	private final boolean partitioned;

	private final List<Long> members;

	private final List<Long> allowed;

	/**
	 * Creates a count.
	 * @param table the table, or the topmost partitioned one
	 * @param members the tables that held its rows before the run
	 * @param allowed those whose rows may be destroyed
	 */
	TableRows(long table, List<Long> members, List<Long> allowed) {
		this.table = table;
		this.partitioned = members.size() != 1 || members.get(0) != table;
		this.members = members;
		this.allowed = allowed;
	}

	boolean isPartitioned() {
		return this.partitioned;
	}

	/**
	 * Returns whether there are rows that may not be destroyed.
	 */
	boolean exist(Connection connection) throws SQLException {
		String parts = parts(connection);
		return parts != null && count(connection, EXIST.formatted(list(this.allowed), parts)).count() > 0;
	}

	/**
	 * Counts the rows before a statement.
	 */
	Rows before(Connection connection, long transaction) throws SQLException {
		return after(connection, transaction, HALF);
	}

	/**
	 * Counts the rows after a statement.
	 * @param newest the distance of the newest row before it
	 */
	Rows after(Connection connection, long transaction, long newest) throws SQLException {
		if (this.partitioned) {
			String parts = parts(connection);
			return (parts != null) ? count(connection, PARTITIONED.formatted(list(this.allowed), parts)) : Rows.NONE;
		}
		String name = QualifiedName.of(connection, this.table);
		return (name != null) ? count(connection, PLAIN.formatted(DISTANCE.formatted(transaction), HALF, newest, name))
				: Rows.NONE;
	}

	private @Nullable String parts(Connection connection) throws SQLException {
		try (Statement statement = connection.createStatement();
				ResultSet row = statement.executeQuery(PARTS.formatted(this.table, list(this.members)))) {
			row.next();
			return row.getString(1);
		}
	}

	private static String list(List<Long> oids) {
		return oids.stream().map(String::valueOf).collect(Collectors.joining(","));
	}

	private static Rows count(Connection connection, String sql) throws SQLException {
		try (Statement statement = connection.createStatement(); ResultSet row = statement.executeQuery(sql)) {
			row.next();
			return new Rows(row.getLong(1), row.getLong(2), row.getLong(3), row.getLong(4), row.getLong(5));
		}
	}

	/**
	 * Rows that are there.
	 *
	 * @param count all that may not be destroyed
	 * @param allowed all others, in partitions whose rows may be
	 * @param newest the distance of the newest that the run has written, -1 if it has
	 * written none
	 * @param old those that were there before the run, as they were
	 * @param untouched those that are as they were before the statement
	 */
	record Rows(long count, long allowed, long newest, long old, long untouched) {

		static final Rows NONE = new Rows(0, 0, -1, 0, 0);

	}

}
