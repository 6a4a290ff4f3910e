package dev.pgkeel.schema;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

import org.jspecify.annotations.Nullable;

/**
 * Objects that a transaction has destroyed, told by comparing the catalog. What other
 * sessions dropped in the meantime is told apart by the locks that this one holds: who
 * drops something keeps its ACCESS EXCLUSIVE lock to the end.
 */
final class CatalogLosses {

	private static final String OWN_LOCKS = """
			select coalesce(l.relation, l.objid) from pg_catalog.pg_locks l
			  where l.pid = pg_catalog.pg_backend_pid() and l.granted and l.mode = 'AccessExclusiveLock'
			""";

	/**
	 * What can be created again differently under the same name and be a loss all the
	 * same. Views, routines and triggers are code: {@code CREATE OR REPLACE} would have
	 * done the same.
	 */
	private static final Set<String> GUARANTEES = Set.of("policy", "constraint", "index", "type");

	private final CatalogSnapshot before;

	private final CatalogSnapshot after;

	private final AllowedLosses allowed;

	private final List<CatalogEntry> gone;

	CatalogLosses(CatalogSnapshot before, CatalogSnapshot after, AllowedLosses allowed) {
		this.before = before;
		this.after = after;
		this.allowed = allowed;
		this.gone = before.entries()
			.values()
			.stream()
			.filter((entry) -> !after.exists(entry.id()))
			.sorted(Comparator.comparing(CatalogEntry::object))
			.toList();
	}

	/**
	 * Returns what is lost and not allowed to be.
	 */
	List<Loss> find(Connection connection) throws SQLException {
		List<CatalogEntry> columns = this.gone.stream().filter((entry) -> entry.is("column")).toList();
		List<CatalogEntry> retyped = retypedColumns();
		List<CatalogEntry> entries = new ArrayList<>();
		List<Loss> losses = new ArrayList<>();
		for (CatalogEntry entry : this.gone) {
			String happened = happened(entry, retyped);
			if (happened != null && !this.allowed.covers(entry) && !this.allowed.coversColumnOf(entry, columns)) {
				entries.add(entry);
				losses.add(Loss.of(entry.object(), happened));
			}
		}
		addRowSecurity(entries, losses);
		if (losses.isEmpty()) {
			return losses;
		}
		Set<Long> locked = ownLocks(connection);
		List<Loss> own = new ArrayList<>();
		for (int i = 0; i < losses.size(); i++) {
			CatalogEntry parent = entries.get(i).parent();
			if (locked.contains(entries.get(i).id().oid()) || (parent != null && locked.contains(parent.id().oid()))) {
				own.add(losses.get(i));
			}
		}
		return own;
	}

	private @Nullable String happened(CatalogEntry entry, List<CatalogEntry> retyped) {
		CatalogEntry successor = successor(entry);
		if (successor == null) {
			return isPartOfAnotherLoss(entry) ? null : "dropped";
		}
		boolean follows = retyped.stream().anyMatch(entry::uses);
		return (GUARANTEES.contains(entry.object().kind()) && !follows && !successor.hash().equals(entry.hash()))
				? "dropped and created again differently" : null;
	}

	/**
	 * What has taken the place of something that is gone: of what belonged to it, by its
	 * present name.
	 */
	private @Nullable CatalogEntry successor(CatalogEntry entry) {
		CatalogEntry parent = entry.parent();
		CatalogEntry now = (parent != null) ? this.after.entries().get(parent.id()) : null;
		if (parent == null || now == null) {
			return this.after.entry(entry.object());
		}
		String name = entry.object().identity().substring(parent.object().identity().length());
		return this.after.entry(new CatalogObject(entry.object().kind(), now.object().identity() + name));
	}

	private boolean isPartOfAnotherLoss(CatalogEntry entry) {
		CatalogEntry parent = entry.parent();
		if (parent != null && !parent.is("schema") && !parent.isIn(this.after)) {
			return true;
		}
		return entry.is("sequence") && entry.owner() != 0
				&& this.gone.stream()
					.anyMatch((other) -> other.id().oid() == entry.owner()
							&& (other.id().sub() == 0 || other.id().sub() == entry.ownerColumn()));
	}

	/**
	 * A changed type creates the indexes and constraints anew that are made of the
	 * column, and another name of it is part of their definitions.
	 */
	private List<CatalogEntry> retypedColumns() {
		List<CatalogEntry> columns = new ArrayList<>();
		this.before.entries().forEach((id, entry) -> {
			CatalogEntry now = this.after.entries().get(id);
			if (entry.is("column") && now != null && !Objects.equals(now.columns(), entry.columns())) {
				columns.add(entry);
			}
		});
		return columns;
	}

	private void addRowSecurity(List<CatalogEntry> entries, List<Loss> losses) {
		for (CatalogEntry entry : this.before.entries().values()) {
			CatalogEntry now = entry.rowSecurity() ? now(entry) : null;
			if (now == null || this.allowed.covers(entry)) {
				continue;
			}
			if (!now.rowSecurity() || (entry.forcedRowSecurity() && !now.forcedRowSecurity())) {
				entries.add(entry);
				losses.add(Loss.of(entry.object(), now.rowSecurity() ? "no longer forces row security on its owner"
						: "has row security disabled"));
			}
		}
	}

	private @Nullable CatalogEntry now(CatalogEntry entry) {
		CatalogEntry same = this.after.entries().get(entry.id());
		return (same != null) ? same : successor(entry);
	}

	/**
	 * Returns what this session has locked as somebody does who drops or rewrites it.
	 */
	static Set<Long> ownLocks(Connection connection) throws SQLException {
		Set<Long> oids = new HashSet<>();
		try (Statement statement = connection.createStatement(); ResultSet rows = statement.executeQuery(OWN_LOCKS)) {
			while (rows.next()) {
				oids.add(rows.getLong(1));
			}
		}
		return oids;
	}

	/**
	 * Returns the tables, columns and sequences that were dropped and created again under
	 * the same name, with what they were: what they held is gone.
	 */
	List<CatalogEntry> recreated(Connection connection) throws SQLException {
		List<CatalogEntry> recreated = new ArrayList<>();
		for (CatalogEntry entry : this.gone) {
			CatalogEntry successor = successor(entry);
			if (successor == null || this.allowed.covers(entry)) {
				continue;
			}
			boolean held = switch (entry.object().kind()) {
				case "table" -> true;
				case "column" -> !(entry.generated() && successor.generated())
						&& (entry.parent() == null || this.after.exists(entry.parent().id()));
				case "sequence" -> !isPartOfAnotherLoss(entry) && isAtItsStart(connection, successor);
				default -> false;
			};
			if (held) {
				recreated.add(entry);
			}
		}
		return recreated;
	}

	/**
	 * A script that creates a sequence again may have set it to where it was.
	 */
	private static boolean isAtItsStart(Connection connection, CatalogEntry sequence) throws SQLException {
		long oid = sequence.id().oid();
		try (Statement statement = connection.createStatement()) {
			return isTrue(statement, "select pg_catalog.has_sequence_privilege(" + oid + ", 'SELECT')")
					&& isTrue(statement, "select not s.is_called and s.last_value = q.seqstart from "
							+ sequence.object().identity() + " s join pg_catalog.pg_sequence q on q.seqrelid = " + oid);
		}
	}

	private static boolean isTrue(Statement statement, String query) throws SQLException {
		try (ResultSet row = statement.executeQuery(query)) {
			return row.next() && row.getBoolean(1);
		}
	}

	/**
	 * Returns the tables whose rows are in another file now, after a truncation or a
	 * rewrite.
	 */
	Set<CatalogEntry> rewritten() {
		Set<CatalogEntry> tables = new HashSet<>();
		for (Map.Entry<CatalogEntry.Id, CatalogEntry> now : this.after.entries().entrySet()) {
			CatalogEntry entry = this.before.entries().get(now.getKey());
			if (entry != null && entry.is("table") && entry.storage() != now.getValue().storage()) {
				tables.add(entry);
			}
		}
		return tables;
	}

}
