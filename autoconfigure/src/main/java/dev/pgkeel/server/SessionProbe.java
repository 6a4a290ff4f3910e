package dev.pgkeel.server;

import java.sql.SQLException;
import java.util.Collection;
import java.util.Map;

/**
 * Asks the server what sessions do.
 *
 * @since 0.1.0
 */
@FunctionalInterface
public interface SessionProbe {

	/**
	 * Asks what sessions do. May take as long as a query, so it is never called by a
	 * borrower that does not wait.
	 * @param backendPids the processes that serve them, as the driver was told
	 * @return what is known by process id. A session of which nothing is known is
	 * missing, as all are behind a pooler
	 * @throws SQLException if the server cannot be asked
	 */
	Map<Integer, SessionState> sessions(Collection<Integer> backendPids) throws SQLException;

}
