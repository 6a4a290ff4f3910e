package dev.pgkeel.server;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.Collection;
import java.util.Map;

/**
 * Asks with a short query on a connection that it is given for it.
 *
 * @since 0.1.0
 */
public final class QueryingSessionProbe implements SessionProbe {

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
		try (Connection connection = this.source.connect()) {
			return SessionStates.read(connection, backendPids);
		}
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
