package dev.pgkeel.server;

import java.util.List;

import org.jspecify.annotations.Nullable;
import org.postgresql.Driver;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;

/**
 * What the server says to a login, and could say to a statement too: only where it was
 * thrown tells.
 */
final class LoginRefusal {

	private static final String INSUFFICIENT_PRIVILEGE = "42501";

	/**
	 * Where the server looks whether the role may connect (PostgreSQL 14 to 18,
	 * {@code postinit.c}). Its text depends on the language.
	 */
	private static final String CONNECT_PRIVILEGE = "CheckMyDatabase";

	/**
	 * The SQLSTATEs of a server that shuts down.
	 */
	private static final String OPERATOR_INTERVENTION = "57P";

	private static final String MAY_NOT_CONNECT = "Let the role connect (GRANT CONNECT ON DATABASE ... TO ...), or"
			+ " correct spring.datasource.username or the name at the end of spring.datasource.url.";

	private static final String MAY_NOT_SET = "Take the parameter that the message names out of spring.datasource.url and"
			+ " of spring.datasource.hikari.data-source-properties, or let the role set it (GRANT SET ON PARAMETER ... TO"
			+ " ..., since PostgreSQL 15).";

	private static final String OTHER = "Correct what the message names: a parameter in spring.datasource.url or in"
			+ " spring.datasource.hikari.data-source-properties, or a setting of the role, the database or the server. Its"
			+ " log may tell more.";

	/**
	 * What to do about a server that does not let the application in.
	 */
	static final List<String> ACTIONS = List.of(MAY_NOT_CONNECT, MAY_NOT_SET, OTHER);

	private LoginRefusal() {
	}

	static @Nullable ConnectFailure of(PSQLException ex) {
		ServerErrorMessage error = ex.getServerErrorMessage();
		if (error == null || !isWhileConnecting(ex)) {
			return null;
		}
		String state = String.valueOf(ex.getSQLState());
		if (state.startsWith(OPERATOR_INTERVENTION)) {
			return ConnectFailure.notReady(String.valueOf(error.getMessage()));
		}
		if (!INSUFFICIENT_PRIVILEGE.equals(state)) {
			return new ConnectFailure("the server refuses the connection: " + error.getMessage(), OTHER);
		}
		return CONNECT_PRIVILEGE.equals(error.getRoutine())
				? new ConnectFailure("the role may not connect to this database: " + error.getMessage(),
						MAY_NOT_CONNECT)
				: new ConnectFailure("the role may not do what the connection asks for: " + error.getMessage(),
						MAY_NOT_SET);
	}

	/**
	 * Returns whether the driver was about to connect. It connects on this thread or,
	 * with a {@code loginTimeout}, on another one, and either way from this class of its
	 * own or one inside (pgjdbc 42.7.13). Statements do not come by there.
	 */
	static boolean isWhileConnecting(PSQLException ex) {
		for (StackTraceElement element : ex.getStackTrace()) {
			String name = element.getClassName();
			if (name.equals(Driver.class.getName()) || name.startsWith(Driver.class.getName() + "$")) {
				return true;
			}
		}
		return false;
	}

}
