package dev.pgkeel.server;

import java.sql.SQLException;
import java.util.Locale;

import org.jspecify.annotations.Nullable;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;

/**
 * Why the server has no room for another session (SQLSTATE 53300). The texts depend on
 * the server's language; the routine that raises the error does not (seen on PostgreSQL
 * 15 to 18).
 *
 * @since 0.1.0
 */
public enum RefusalReason {

	/**
	 * The role has as many sessions as it may have.
	 */
	ROLE_LIMIT("the role has reached its connection limit",
			"Raise it (ALTER ROLE ... CONNECTION LIMIT), or let fewer instances, or smaller pools, connect as this role."),

	/**
	 * The database has as many sessions as it may have.
	 */
	DATABASE_LIMIT("the database has reached its connection limit",
			"Raise it (ALTER DATABASE ... CONNECTION LIMIT), or let fewer instances, or smaller pools, connect to it."),

	/**
	 * Only slots for privileged roles are left.
	 */
	RESERVED_SLOTS_LEFT("only the connections reserved for privileged roles are left",
			"Make pools smaller or instances fewer, end idle sessions (see pg_stat_activity), put a pooler in between,"
					+ " or raise max_connections."),

	/**
	 * There is no slot left for anybody.
	 */
	ALL_SLOTS_TAKEN("all of the server's connections are taken",
			"Make pools smaller or instances fewer, end idle sessions (see pg_stat_activity), put a pooler in between,"
					+ " or raise max_connections."),

	/**
	 * The server did not say which limit it was.
	 */
	UNKNOWN("it has too many connections", "Make pools smaller or instances fewer, or put a pooler in between.");

	private static final String TOO_MANY_CONNECTIONS = "53300";

	private final String description;

	private final String action;

	RefusalReason(String description, String action) {
		this.description = description;
		this.action = action;
	}

	/**
	 * Looks for a refusal among the causes of a failure.
	 * @param failure the failure
	 * @return the reason, {@code null} if the server did not refuse for want of room
	 */
	public static @Nullable RefusalReason of(Throwable failure) {
		for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
			if (cause instanceof SQLException ex && TOO_MANY_CONNECTIONS.equals(ex.getSQLState())) {
				return of((ex instanceof PSQLException pg) ? pg.getServerErrorMessage() : null);
			}
		}
		return null;
	}

	static RefusalReason of(@Nullable ServerErrorMessage error) {
		String routine = (error != null) ? error.getRoutine() : null;
		if (routine == null) {
			return UNKNOWN;
		}
		return switch (routine) {
			case "InitializeSessionUserId" -> ROLE_LIMIT;
			case "CheckMyDatabase" -> DATABASE_LIMIT;
			case "InitPostgres" -> RESERVED_SLOTS_LEFT;
			case "InitProcess" -> ALL_SLOTS_TAKEN;
			default -> UNKNOWN;
		};
	}

	/**
	 * Returns what the server has run out of.
	 * @return half a sentence
	 */
	public String description() {
		return this.description;
	}

	/**
	 * Returns what to do about it.
	 * @return the advice
	 */
	public String action() {
		return this.action;
	}

	/**
	 * Returns the name as it is written in a tag.
	 */
	@Override
	public String toString() {
		return name().toLowerCase(Locale.ROOT).replace('_', '-');
	}

}
