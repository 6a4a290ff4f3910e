package dev.pgkeel.server;

import java.util.Arrays;

import org.postgresql.hostchooser.HostRequirement;
import org.postgresql.util.GT;
import org.postgresql.util.PSQLException;
import org.postgresql.util.PSQLState;

/**
 * What the driver says where its SQLSTATE stands for several things. Its texts depend on
 * the language, so it is asked for its own translation. The stack trace does not tell:
 * with a {@code loginTimeout}, which HikariCP always sets, the driver fills in another
 * one.
 */
enum DriverText {

	/**
	 * TLS is required, and the server says that it has none.
	 */
	NO_TLS(PSQLState.CONNECTION_REJECTED, "The server does not support SSL."),

	/**
	 * The server accepted, and said nothing until the end of {@code loginTimeout}.
	 */
	NO_ANSWER(PSQLState.CONNECTION_UNABLE_TO_CONNECT, "Connection attempt timed out."),

	/**
	 * All hosts were asked, and none is of the kind that is wanted.
	 */
	OTHER_SERVER_TYPE(PSQLState.CONNECTION_UNABLE_TO_CONNECT,
			"Could not find a server with specified targetServerType: {0}") {

		@Override
		boolean isOf(PSQLException ex) {
			return hasState(ex) && Arrays.stream(HostRequirement.values()).anyMatch((type) -> isText(ex, type));
		}

	};

	private final PSQLState state;

	private final String english;

	DriverText(PSQLState state, String english) {
		this.state = state;
		this.english = english;
	}

	/**
	 * Returns whether an exception of the driver's own says this.
	 */
	boolean isOf(PSQLException ex) {
		return hasState(ex) && isText(ex);
	}

	final boolean hasState(PSQLException ex) {
		return this.state.getState().equals(ex.getSQLState());
	}

	final boolean isText(PSQLException ex, Object... arguments) {
		return GT.tr(this.english, arguments).equals(ex.getMessage());
	}

}
