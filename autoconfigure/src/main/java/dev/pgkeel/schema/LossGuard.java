package dev.pgkeel.schema;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * Refuses a run that destroys what was there before, unless a script names it. It looks
 * at what the statements have done, not at their text, and so sees through blocks,
 * functions and cascades.
 * <p>
 * What is missing in the catalog is lost. Deleted rows are first only a sign: the server
 * also counts what was rolled back, and a rewrite looks like a truncation. So the run is
 * rolled back to a savepoint and repeated statement by statement, counting rows.
 */
final class LossGuard implements RunGuard {

	private static final Log logger = LogFactory.getLog(LossGuard.class);

	private static final String SAVEPOINT = "pgkeel_guard";

	private static final String INSUFFICIENT_PRIVILEGE = "42501";

	private static final String HELD_SOMETHING = """
			select pg_catalog.format('select exists (select from %%I.%%I%%s)', n.nspname, c.relname,
			    case when c.relkind = 'S' then ' where is_called' else
			    (select pg_catalog.format(' where %%I is not null', a.attname)
			      from pg_catalog.pg_attribute a where a.attrelid = c.oid and a.attnum = %2$d and a.attnum > 0) end)
			  from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace where c.oid = %1$d
			""";

	private final boolean refuses;

	private Map<Long, RowCounters> baseline = Map.of();

	private UnwatchedTables unwatched = UnwatchedTables.NONE;

	private long transaction;

	/**
	 * Creates a guard.
	 * @param refuses whether a loss is refused, or only reported
	 */
	LossGuard(boolean refuses) {
		this.refuses = refuses;
	}

	@Override
	public void begin(Connection connection, CatalogSnapshot before) throws SQLException {
		this.baseline = RowCounters.withDeletions(connection);
		this.unwatched = UnwatchedTables.of(connection);
		try (Statement statement = connection.createStatement()) {
			try (ResultSet row = statement
				.executeQuery("select pg_catalog.pg_current_xact_id()::text::numeric % 4294967296")) {
				row.next();
				this.transaction = row.getLong(1);
			}
			statement.execute("savepoint " + SAVEPOINT);
		}
	}

	@Override
	public CatalogSnapshot check(Connection connection, ScriptRun run, CatalogSnapshot before, CatalogSnapshot after)
			throws SQLException {
		AllowedLosses allowed = AllowedLosses.of(run.scripts(), before);
		announceBlindness(connection, run);
		this.unwatched.announceLosses(connection);
		CatalogLosses changes = new CatalogLosses(before, after, allowed);
		Set<Loss> losses = new LinkedHashSet<>(changes.find(connection));
		losses.addAll(ConcurrentDrops.of(run.scripts(), before, allowed, connection));
		Set<CatalogEntry> signed = signed(connection, before, after, changes, allowed, this.baseline);
		List<CatalogEntry> recreated = changes.recreated(connection);
		CatalogSnapshot result = after;
		String place = null;
		if (!signed.isEmpty() || !recreated.isEmpty()) {
			Map<Long, RowCounters> first = RowCounters.withDeletions(connection);
			RowLosses rows = repeat(connection, run, new PartitionTrees(connection, before, allowed), signed,
					recreated);
			losses.addAll(rows.losses());
			place = rows.place();
			result = CatalogSnapshot.take(connection);
			signed.addAll(recreated);
			losses.addAll(onlyInTheRepeat(connection, before, result, allowed, first, signed));
		}
		if (!losses.isEmpty()) {
			refuse(losses, place);
		}
		return result;
	}

	/**
	 * What others have committed between the two runs, or a sequence, may have the second
	 * do what the first did not. What others rewrite meanwhile is theirs.
	 */
	private Set<Loss> onlyInTheRepeat(Connection connection, CatalogSnapshot before, CatalogSnapshot result,
			AllowedLosses allowed, Map<Long, RowCounters> first, Set<CatalogEntry> checked) throws SQLException {
		CatalogLosses changes = new CatalogLosses(before, result, allowed);
		Set<Loss> losses = new LinkedHashSet<>(changes.find(connection));
		Set<Long> locked = CatalogLosses.ownLocks(connection);
		Set<CatalogEntry> ofOthers = changes.rewritten();
		ofOthers.removeIf((table) -> locked.contains(table.id().oid()));
		Set<CatalogEntry> signed = signed(connection, before, result, changes, allowed, first);
		signed.removeAll(ofOthers);
		signed.addAll(changes.recreated(connection));
		signed.removeAll(checked);
		signed.forEach((table) -> losses.add(Loss.ofUncountedRows(table.object(),
				"only the second run of the scripts did it, which counts the rows of other tables")));
		return losses;
	}

	private Set<CatalogEntry> signed(Connection connection, CatalogSnapshot before, CatalogSnapshot after,
			CatalogLosses changes, AllowedLosses allowed, Map<Long, RowCounters> baseline) throws SQLException {
		if (DeferredTriggers.exist(connection)) {
			// What they delete stays counted
			DeferredTriggers.run(connection, () -> {
			});
		}
		Set<Long> deleted = new TreeSet<>();
		RowCounters.withDeletions(connection).forEach((oid, counters) -> {
			if (counters.deleted() > baseline.getOrDefault(oid, RowCounters.NONE).deleted()) {
				deleted.add(oid);
			}
		});
		Set<CatalogEntry> signed = changes.rewritten();
		before.entries()
			.values()
			.stream()
			.filter((entry) -> entry.is("table") && deleted.contains(entry.id().oid()))
			.forEach(signed::add);
		signed.removeIf((entry) -> allowed.covers(entry) || !after.exists(entry.id()));
		return allowed.isEmpty() ? signed : new PartitionTrees(connection, before, allowed).notAllowed(signed);
	}

	private RowLosses repeat(Connection connection, ScriptRun run, PartitionTrees trees, Set<CatalogEntry> signed,
			List<CatalogEntry> recreated) throws SQLException {
		try (Statement statement = connection.createStatement()) {
			statement.execute("rollback to savepoint " + SAVEPOINT);
			List<Loss> losses = new ArrayList<>();
			for (CatalogEntry entry : recreated) {
				if (heldSomething(connection, statement, entry)) {
					losses.add(Loss.ofRecreated(entry));
				}
			}
			List<DoubtfulTable> doubtful = new ArrayList<>();
			for (DoubtfulTable table : trees.doubtful(signed)) {
				String blind = blindness(connection, statement, table.oid());
				if (blind != null) {
					losses.add(Loss.ofUncountedRows(table.object(), blind));
				}
				else if (table.hasRows(connection)) {
					doubtful.add(table);
				}
			}
			if (doubtful.isEmpty()) {
				run.execute(connection);
				return new RowLosses(losses, null);
			}
			logger.info("Schema scripts are run again statement by statement, to see whether rows were deleted in "
					+ String.join(", ", doubtful.stream().map(DoubtfulTable::name).toList()));
			RowLossCheck check = new RowLossCheck(connection, doubtful, this.transaction);
			run.executeEach(connection, check);
			check.beforeCommit();
			doubtful.stream()
				.filter((table) -> table.lost() > 0)
				.forEach((table) -> losses.add(Loss.ofRows(table.object(), table.lost())));
			return new RowLosses(losses, check.place());
		}
	}

	/**
	 * Returns whether there was something to lose, which is taken for granted where this
	 * role may not lock the table, or row security hides rows from it. What others would
	 * write after the answer would be lost. A sequence cannot be locked.
	 */
	private static boolean heldSomething(Connection connection, Statement statement, CatalogEntry entry)
			throws SQLException {
		CatalogEntry parent = entry.parent();
		if (entry.is("column") && parent != null && !parent.is("table")) {
			return true;
		}
		if (!entry.is("sequence") && blindness(connection, statement, entry.id().oid()) != null) {
			return true;
		}
		String query = null;
		try (ResultSet row = statement.executeQuery(HELD_SOMETHING.formatted(entry.id().oid(), entry.id().sub()))) {
			query = row.next() ? row.getString(1) : null;
		}
		return query != null && exists(statement, query, false);
	}

	/**
	 * Without the lock, what other sessions delete would be taken for the scripts' doing.
	 */
	private static @Nullable String blindness(Connection connection, Statement statement, long table)
			throws SQLException {
		statement.execute("savepoint pgkeel_lock");
		try {
			String name = QualifiedName.of(connection, table);
			if (name != null) {
				statement.execute("lock table " + name + " in exclusive mode");
			}
			if (exists(statement, "select pg_catalog.row_security_active(" + table + "::oid)", true)) {
				return "row security hides rows from this role";
			}
			statement.execute("release savepoint pgkeel_lock");
			return null;
		}
		catch (SQLException ex) {
			if (!INSUFFICIENT_PRIVILEGE.equals(ex.getSQLState())) {
				throw ex;
			}
			statement.execute("rollback to savepoint pgkeel_lock");
			return "this role may not read them";
		}
	}

	private static boolean exists(Statement statement, String query, boolean privileged) throws SQLException {
		statement.execute("savepoint pgkeel_question");
		try (ResultSet row = statement.executeQuery(query)) {
			row.next();
			boolean answer = row.getBoolean(1);
			statement.execute("release savepoint pgkeel_question");
			return answer;
		}
		catch (SQLException ex) {
			if (privileged || !INSUFFICIENT_PRIVILEGE.equals(ex.getSQLState())) {
				throw ex;
			}
			statement.execute("rollback to savepoint pgkeel_question");
			return true;
		}
	}

	private static void announceBlindness(Connection connection, ScriptRun run) throws SQLException {
		if (!run.isCounted(connection)) {
			logger.warn("track_counts is off: deleted rows cannot be seen, only dropped objects and truncations."
					+ " Set track_counts=on for the role that applies the schema scripts");
		}
	}

	private void refuse(Set<Loss> losses, @Nullable String place) {
		String list = String.join("; ", losses.stream().map(Loss::toString).toList())
				+ ((place != null) ? " (first at " + place + ")" : "");
		Set<String> directives = new LinkedHashSet<>();
		losses.forEach((loss) -> directives.add("-- pgkeel:allow-loss " + loss.name() + " <reason>"));
		String wayOut = "Correct the script, or, if this is meant, write above the statement: "
				+ String.join(", ", directives);
		if (!this.refuses) {
			logger.warn("Schema scripts would have been refused, since they destroy what was there before: " + list
					+ ". With pgkeel.mode=observe the run goes on, and this is destroyed when it commits. " + wayOut);
			return;
		}
		throw new SchemaScriptException("Schema scripts would destroy what was there before: " + list, wayOut + ".",
				null);
	}

	/**
	 * What a repeated run has shown.
	 *
	 * @param losses what is lost
	 * @param place the first statement that deletes rows, if any does
	 */
	private record RowLosses(List<Loss> losses, @Nullable String place) {

	}

}
