package dev.pgkeel.schema;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/**
 * A table in which rows may have been deleted, while a run is repeated statement by
 * statement. Partitions count together, so that rows may move between them.
 */
final class DoubtfulTable {

	/**
	 * How far a row's transaction is from the run's first: what is below half of the
	 * numbers' range was written by the run.
	 */
	private static final String DISTANCE = "(xmin::text::bigint - %d + 4294967296) %% 4294967296";

	private static final long HALF = 1L << 31;

	private final CatalogObject object;

	private final String name;

	private final boolean partitioned;

	private final List<Long> members;

	private RowCounters start = RowCounters.NONE;

	private RowCounters last = RowCounters.NONE;

	private Rows before = new Rows(0, -1, 0, 0);

	private long repeated;

	private long vanished;

	private long lost;

	/**
	 * Creates a table.
	 * @param root the table, or the topmost partitioned one
	 * @param members the tables that hold its rows
	 */
	DoubtfulTable(CatalogEntry root, Collection<Long> members) {
		this.object = root.object();
		this.name = root.object().identity();
		this.members = members.stream().sorted(Comparator.naturalOrder()).toList();
		this.partitioned = this.members.size() != 1 || this.members.get(0) != root.id().oid();
	}

	CatalogObject object() {
		return this.object;
	}

	List<Long> members() {
		return this.members;
	}

	String name() {
		return this.name;
	}

	long lost() {
		return this.lost;
	}

	void start(Map<Long, RowCounters> counters) {
		this.start = sum(counters);
		this.last = this.start;
	}

	/**
	 * Returns whether the last statement left a sign of deletion.
	 */
	boolean isSigned(Map<Long, RowCounters> counters) {
		return sum(counters).isSignAfter(this.last);
	}

	void passed(Map<Long, RowCounters> counters) {
		this.last = sum(counters);
	}

	/**
	 * Counts the rows before a statement that is about to be run a second time.
	 */
	void countBefore(Connection connection, long transaction, Map<Long, RowCounters> counters) throws SQLException {
		RowCounters now = sum(counters);
		this.repeated += now.inserted() - this.last.inserted();
		this.last = now;
		this.before = count(connection, transaction, HALF);
	}

	/**
	 * Counts the rows after the statement. Rows are lost if they are neither there as
	 * they were nor updated, and if the run has not inserted them itself.
	 */
	void countAfter(Connection connection, long transaction, Map<Long, RowCounters> counters) throws SQLException {
		RowCounters now = sum(counters);
		Rows after = count(connection, transaction, this.before.newest());
		long updated = now.updated() - this.last.updated();
		boolean rewritten = now.storage() != this.last.storage();
		long missing = this.before.count() - after.count();
		long oldMissing = 0;
		if (rewritten) {
			missing += now.inserted() - this.last.inserted();
		}
		else if (!this.partitioned) {
			missing = Math.max(missing, this.before.count() - after.untouched() - updated);
			oldMissing = this.before.old() - after.old() - updated;
		}
		missing = Math.max(0, missing);
		long own = this.partitioned ? 0
				: Math.max(0, this.last.inserted() - this.start.inserted() - this.repeated - this.vanished);
		this.lost += Math.max(0, Math.max(missing - own, oldMissing));
		this.vanished += missing;
		this.last = now;
	}

	private RowCounters sum(Map<Long, RowCounters> counters) {
		return this.members.stream()
			.map((oid) -> counters.getOrDefault(oid, RowCounters.NONE))
			.reduce(RowCounters.NONE, RowCounters::plus);
	}

	private Rows count(Connection connection, long transaction, long newest) throws SQLException {
		String sql = this.partitioned ? "select count(*), -1, 0, 0 from " + this.name : """
				select count(*), coalesce(max(d) filter (where d < %2$d), -1), count(*) filter (where d >= %2$d),
				  count(*) filter (where d >= %2$d or d <= %3$d) from (select %1$s as d from only %4$s) t
				""".formatted(DISTANCE.formatted(transaction), HALF, newest, this.name);
		try (Statement statement = connection.createStatement(); ResultSet row = statement.executeQuery(sql)) {
			row.next();
			return new Rows(row.getLong(1), row.getLong(2), row.getLong(3), row.getLong(4));
		}
	}

	/**
	 * Rows that are there.
	 *
	 * @param count all
	 * @param newest the distance of the newest that the run has written, -1 if it has
	 * written none
	 * @param old those that were there before the run, as they were
	 * @param untouched those that are as they were before the statement
	 */
	private record Rows(long count, long newest, long old, long untouched) {

	}

}
