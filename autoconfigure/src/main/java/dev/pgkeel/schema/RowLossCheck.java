package dev.pgkeel.schema;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;

/**
 * Follows a run that goes statement by statement, and looks whether the ones that leave a
 * sign of deletion really delete: these are rolled back and run once more, with the rows
 * counted before and after.
 */
final class RowLossCheck implements StatementListener {

	/**
	 * In this order: another authorization of the session takes the role away.
	 */
	private static final List<String> ROLE = List.of("session_authorization", "role");

	private final Connection connection;

	private final StatementSavepoint savepoint;

	private final List<DoubtfulTable> tables;

	private final List<Long> members;

	private final long transaction;

	private final SessionState start;

	private final List<String> places = new ArrayList<>();

	RowLossCheck(Connection connection, List<DoubtfulTable> tables, long transaction) throws SQLException {
		this.connection = connection;
		this.savepoint = new StatementSavepoint(connection, "pgkeel_statement");
		this.tables = tables;
		this.transaction = transaction;
		this.start = SessionState.of(connection, ROLE);
		this.members = tables.stream().flatMap((table) -> table.members().stream()).toList();
		Map<Long, RowCounters> counters = counters();
		for (DoubtfulTable table : tables) {
			table.start(connection, transaction, counters);
		}
	}

	@Override
	public void before(SchemaScript script, SqlStatement statement) throws SQLException {
		this.savepoint.set(statement);
	}

	@Override
	public void after(SchemaScript script, SqlStatement statement) throws SQLException {
		if (StatementRules.isSavepoint(statement)) {
			afterSavepoint(statement);
			return;
		}
		Map<Long, RowCounters> counters = counters();
		List<DoubtfulTable> signed = this.tables.stream().filter((table) -> table.isSigned(counters)).toList();
		if (!signed.isEmpty()) {
			repeat(script, statement, signed);
		}
		// before the counters are read: a truncation's change when its savepoint ends
		this.savepoint.release();
		Map<Long, RowCounters> now = signed.isEmpty() ? counters : counters();
		this.tables.forEach((table) -> table.passed(now));
	}

	/**
	 * The end of a savepoint changes the counters: a truncation before it makes them
	 * smaller.
	 */
	private void afterSavepoint(SqlStatement statement) throws SQLException {
		if (statement.word(0).equals("ROLLBACK") && !this.places.isEmpty()) {
			SessionState role = leaveRole();
			for (DoubtfulTable table : this.tables) {
				table.rolledBack(this.connection, this.transaction);
			}
			take(role);
			if (this.tables.stream().allMatch((table) -> table.lost() == 0)) {
				this.places.clear();
			}
		}
		Map<Long, RowCounters> now = counters();
		this.tables.forEach((table) -> table.passed(now));
	}

	private void repeat(SchemaScript script, SqlStatement statement, List<DoubtfulTable> signed) throws SQLException {
		this.savepoint.rollBack();
		countBefore(signed);
		try {
			this.savepoint.execute(statement.text());
		}
		catch (SQLException ex) {
			if (RunFailure.isTransient(ex)) {
				throw ex;
			}
			throw StatementFailure.of(script, statement, ex);
		}
		countAfter(signed, script.name() + ":" + statement.position());
	}

	/**
	 * Looks, after the last statement, at what the commit would run.
	 */
	void beforeCommit() throws SQLException {
		if (DeferredTriggers.exist(this.connection)) {
			countBefore(this.tables);
			DeferredTriggers.run(this.connection, () -> countAfter(this.tables, "the commit, by a deferred trigger"));
		}
	}

	private void countBefore(List<DoubtfulTable> signed) throws SQLException {
		Map<Long, RowCounters> before = counters();
		SessionState role = leaveRole();
		for (DoubtfulTable table : signed) {
			table.countBefore(this.connection, this.transaction, before);
		}
		take(role);
	}

	private void countAfter(List<DoubtfulTable> signed, String place) throws SQLException {
		Map<Long, RowCounters> after = counters();
		SessionState role = leaveRole();
		for (DoubtfulTable table : signed) {
			long lost = table.lost();
			if (after.keySet().containsAll(table.members())) {
				table.countAfter(this.connection, this.transaction, after);
			}
			if (table.lost() > lost) {
				this.places.add(place);
			}
		}
		take(role);
	}

	/**
	 * Goes back to the role that the run began with: only of that one is it known that it
	 * sees all rows.
	 * @return the script's role
	 */
	private SessionState leaveRole() throws SQLException {
		SessionState role = SessionState.of(this.connection, ROLE);
		take(this.start);
		return role;
	}

	private void take(SessionState role) throws SQLException {
		this.savepoint.execute(role.restoringChanged(List.of()));
	}

	/**
	 * Returns the first place where rows are lost.
	 */
	@Nullable String place() {
		return this.places.isEmpty() ? null : this.places.get(0);
	}

	private Map<Long, RowCounters> counters() throws SQLException {
		return RowCounters.of(this.connection, this.members);
	}

}
