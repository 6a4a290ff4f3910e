package dev.pgkeel.server;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;

/**
 * Asks the server what single sessions do, in one short query.
 */
final class SessionStates {

	private static final int TIMEOUT_SECONDS = 2;

	/**
	 * A statement of its own begins no transaction that has to be ended, and the process
	 * ids are numbers: nothing is prepared, which not every pooler can do. With
	 * track_activities off the server does not know.
	 */
	private static final String QUERY = """
			select pid, nullif(state, 'disabled') as state, state_change, pg_catalog.pg_backend_pid() as own,
			  (extract(epoch from pg_catalog.clock_timestamp() - state_change) * 1000)::bigint as unchanged,
			  query ~* '^[[:space:]]*listen[[:space:]]' as listens
			from pg_catalog.pg_stat_activity where pid in (%s)""";

	private SessionStates() {
	}

	/**
	 * Asks.
	 * @param connection a connection to the server
	 * @param pids the processes that serve the sessions, as the driver was told
	 * @return what is known by process id, nothing behind a pooler
	 * @throws SQLException if the server does not answer
	 */
	static Map<Integer, SessionState> read(Connection connection, Collection<Integer> pids) throws SQLException {
		String list = pids.stream().map(String::valueOf).collect(Collectors.joining(", "));
		Map<Integer, SessionState> sessions = new HashMap<>();
		int expected = connection.unwrap(PGConnection.class).getBackendPID();
		try (Statement statement = connection.createStatement()) {
			statement.setQueryTimeout(TIMEOUT_SECONDS);
			try (ResultSet row = statement.executeQuery(QUERY.formatted(list))) {
				while (row.next()) {
					if (row.getInt("own") != expected) {
						return Map.of();
					}
					SessionState session = session(row);
					sessions.put(session.pid(), session);
				}
			}
		}
		return sessions;
	}

	private static SessionState session(ResultSet row) throws SQLException {
		OffsetDateTime change = row.getObject("state_change", OffsetDateTime.class);
		return new SessionState(row.getInt("pid"), row.getString("state"), (change != null) ? change.toInstant() : null,
				duration(row.getObject("unchanged", Long.class)), row.getBoolean("listens"));
	}

	private static @Nullable Duration duration(@Nullable Long millis) {
		return (millis != null) ? Duration.ofMillis(Math.max(0, millis)) : null;
	}

}
