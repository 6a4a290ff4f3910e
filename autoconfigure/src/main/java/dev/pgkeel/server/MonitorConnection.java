package dev.pgkeel.server;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;

/**
 * The monitor's way to the server. Used by one thread at a time.
 *
 * @since 0.1.0
 */
public interface MonitorConnection extends AutoCloseable {

	/**
	 * Uses the connection, which is opened if need be.
	 * @param <T> the type of the result
	 * @param work what to do with it
	 * @return the result
	 * @throws SQLException if there is no connection, or the work fails
	 */
	<T> T use(Work<T> work) throws SQLException;

	/**
	 * Returns whether a session is kept now.
	 * @return whether there is one between two uses
	 */
	default boolean isOpen() {
		return false;
	}

	/**
	 * Returns whether there is anything to ask with yet.
	 * @return {@code false} as long as the only way is a pool that nobody has started
	 */
	default boolean isPossible() {
		return true;
	}

	/**
	 * Returns whether the monitor keeps a session of its own.
	 * @return whether it does
	 */
	boolean isDedicated();

	/**
	 * Makes a session of its own anew if it is old: since it was opened, the host's name
	 * may have come to lead to another server, as a switchover has it do. Whoever keeps
	 * none has nothing to do.
	 * @param lifetime how old a session may become
	 */
	default void renew(Duration lifetime) {
	}

	/**
	 * Closes the connection. It may be used again.
	 */
	@Override
	void close();

	/**
	 * What is done with a connection.
	 *
	 * @param <T> the type of the result
	 */
	interface Work<T> {

		/**
		 * Works.
		 * @param connection the connection
		 * @return the result
		 * @throws SQLException if the server does not answer
		 */
		T on(Connection connection) throws SQLException;

	}

}
