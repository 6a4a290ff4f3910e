package dev.pgkeel.schema;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.Collection;
import java.util.List;
import java.util.Map;

import dev.pgkeel.schema.TableRows.Rows;

/**
 * A table in which rows may have been deleted, while a run is repeated statement by
 * statement. Partitions count together, so that rows may move between them.
 */
final class DoubtfulTable {

	private final CatalogObject object;

	private final long oid;

	private final List<Long> members;

	private final TableRows rows;

	private RowCounters last = RowCounters.NONE;

	private Rows before = Rows.NONE;

	private long originals;

	private long lost;

	/**
	 * Creates a table.
	 * @param root the table, or the topmost partitioned one
	 * @param members the tables that hold its rows
	 * @param allowed those of them whose rows may be destroyed
	 */
	DoubtfulTable(CatalogEntry root, Collection<Long> members, Collection<Long> allowed) {
		this.object = root.object();
		this.oid = root.id().oid();
		this.members = members.stream().filter((member) -> !allowed.contains(member)).sorted().toList();
		this.rows = new TableRows(this.oid, List.copyOf(members), List.copyOf(allowed));
	}

	CatalogObject object() {
		return this.object;
	}

	long oid() {
		return this.oid;
	}

	String name() {
		return this.object.identity();
	}

	/**
	 * Returns the tables in which rows may have been deleted that should not be.
	 */
	List<Long> members() {
		return this.members;
	}

	boolean hasRows(Connection connection) throws SQLException {
		return this.rows.exist(connection);
	}

	long lost() {
		return this.lost;
	}

	/**
	 * Counts the rows before the first statement.
	 */
	void start(Connection connection, long transaction, Map<Long, RowCounters> counters) throws SQLException {
		this.last = sum(counters);
		this.originals = this.rows.before(connection, transaction).count();
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
		this.last = sum(counters);
		this.before = this.rows.before(connection, transaction);
	}

	/**
	 * Counts the rows after the statement. Rows are missing if they are neither there as
	 * they were nor updated. A row that the run has inserted itself may be, but one that
	 * it has updated or rewritten looks the same: as many of the missing as there are
	 * such rows are taken for lost. Into a partition whose rows may be destroyed they may
	 * have moved.
	 */
	void countAfter(Connection connection, long transaction, Map<Long, RowCounters> counters) throws SQLException {
		RowCounters now = sum(counters);
		Rows after = this.rows.after(connection, transaction, this.before.newest());
		long updated = now.updated() - this.last.updated();
		long missing = this.before.count() - after.count();
		long oldMissing = 0;
		long touched = this.originals - this.lost;
		if (now.storage() != this.last.storage()) {
			missing += now.inserted() - this.last.inserted();
		}
		else if (!this.rows.isPartitioned()) {
			missing = Math.max(missing, this.before.count() - after.untouched() - updated);
			oldMissing = Math.max(0, this.before.old() - after.old() - updated);
			touched += updated - this.before.old();
		}
		missing = Math.max(0, missing - Math.max(0, after.allowed() - this.before.allowed()));
		this.lost += oldMissing + Math.min(missing - oldMissing, Math.max(0, touched));
		this.last = now;
	}

	/**
	 * A script may take back what it has done. Rows that are as they were before the run
	 * are not lost.
	 */
	void rolledBack(Connection connection, long transaction) throws SQLException {
		this.lost = Math.min(this.lost, this.originals - this.rows.before(connection, transaction).old());
	}

	private RowCounters sum(Map<Long, RowCounters> counters) {
		return this.members.stream()
			.map((member) -> counters.getOrDefault(member, RowCounters.NONE))
			.reduce(RowCounters.NONE, RowCounters::plus);
	}

}
