package dev.pgkeel.schema;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The sequences that a transaction has used, with their values: those that it holds the
 * lock on that {@code nextval} and {@code setval} take (PostgreSQL 14 to 18). No rollback
 * takes a value back.
 *
 * @param values the sequence's name and its value
 */
record SequenceUse(Map<String, Long> values) {

	private static final String USED = """
			select s.seqrelid::regclass::text, case when pg_catalog.has_sequence_privilege(s.seqrelid, 'USAGE,SELECT')
			    then coalesce(pg_catalog.pg_sequence_last_value(s.seqrelid), 0) else 0 end
			  from pg_catalog.pg_sequence s join pg_catalog.pg_class c on c.oid = s.seqrelid
			  where c.relpersistence <> 't' and s.seqrelid in (select l.relation from pg_catalog.pg_locks l
			    where l.pid = pg_catalog.pg_backend_pid() and l.mode = 'RowExclusiveLock' and l.granted)
			""";

	static SequenceUse read(Connection connection) throws SQLException {
		Map<String, Long> values = new TreeMap<>();
		try (Statement statement = connection.createStatement(); ResultSet rows = statement.executeQuery(USED)) {
			while (rows.next()) {
				values.put(rows.getString(1), rows.getLong(2));
			}
		}
		return new SequenceUse(values);
	}

	/**
	 * Returns what a later reading shows to have moved.
	 */
	List<String> movedTo(SequenceUse later) {
		List<String> moved = new ArrayList<>();
		later.values.forEach((sequence, value) -> {
			Long before = this.values.get(sequence);
			if (before == null) {
				moved.add(sequence + " (now " + value + ")");
			}
			else if (!before.equals(value)) {
				moved.add(sequence + " (" + before + ", now " + value + ")");
			}
		});
		return moved;
	}

}
