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
 * Asks with a short query on a connection that it is given for it.
 *
 * @since 0.1.0
 */
public final class QueryingSessionProbe implements SessionProbe {

	private static final int TIMEOUT_SECONDS = 2;

	/**
	 * A statement of its own begins no transaction that has to be ended, and the process
	 * ids are numbers: nothing is prepared, which not every pooler can do.
	 */
	private static final String QUERY = """
			select pid, state, state_change, pg_backend_pid() as own,
			  (extract(epoch from clock_timestamp() - state_change) * 1000)::bigint as unchanged
			from pg_catalog.pg_stat_activity where pid in (%s)""";

	private final ConnectionSource source;

	/**
	 * Creates a probe.
	 * @param source gives the connection
	 */
	public QueryingSessionProbe(ConnectionSource source) {
		this.source = source;
	}

	@Override
	public Map<Integer, SessionState> sessions(Collection<Integer> backendPids) throws SQLException {
		if (backendPids.isEmpty()) {
			return Map.of();
		}
		String pids = backendPids.stream().map(String::valueOf).collect(Collectors.joining(", "));
		Map<Integer, SessionState> sessions = new HashMap<>();
		try (Connection connection = this.source.connect(); Statement statement = connection.createStatement()) {
			statement.setQueryTimeout(TIMEOUT_SECONDS);
			int expected = connection.unwrap(PGConnection.class).getBackendPID();
			try (ResultSet row = statement.executeQuery(QUERY.formatted(pids))) {
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
				duration(row.getObject("unchanged", Long.class)));
	}

	private static @Nullable Duration duration(@Nullable Long millis) {
		return (millis != null) ? Duration.ofMillis(Math.max(0, millis)) : null;
	}

	/**
	 * Gives a connection to ask with.
	 */
	@FunctionalInterface
	public interface ConnectionSource {

		/**
		 * Gives a connection.
		 * @return the connection, which is closed after use
		 * @throws SQLException if there is none
		 */
		Connection connect() throws SQLException;

	}

}
