package dev.pgkeel.server;

import java.sql.SQLException;
import java.util.List;
import java.util.Locale;
import java.util.Set;

import org.jspecify.annotations.Nullable;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;

/**
 * Why the server has no room for another session (SQLSTATE 53300), or a pooler in between
 * none for another client. The server's texts depend on its language; the routine that
 * raises the error does not (seen on PostgreSQL 15 to 18). A pooler's text is always the
 * same.
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
	 * A pooler in between has as many clients as it takes.
	 */
	POOLER_LIMIT("the pooler in between has as many clients as it takes",
			"Let fewer instances, or smaller pools, connect to the pooler, or raise its limit (max_client_conn in"
					+ " PgBouncer; the pool size in Supabase's Supavisor, or its transaction mode)."),

	/**
	 * The server did not say which limit it was.
	 */
	UNKNOWN("it has too many connections", "Make pools smaller or instances fewer, or put a pooler in between.");

	private static final String TOO_MANY_CONNECTIONS = "53300";

	/**
	 * The SQLSTATEs of PgBouncer's errors, of Supavisor's, and of a pooler that says what
	 * the server would.
	 */
	private static final Set<String> OF_A_POOLER = Set.of("08P01", "XX000", TOO_MANY_CONNECTIONS);

	/**
	 * What PgBouncer says of {@code max_client_conn} and of the limits of a database or a
	 * user (the latter since 1.24), and Supavisor of its two modes.
	 */
	private static final List<String> POOLER_TEXTS = List.of("no more connections allowed",
			"client connections exceeded", "max client connections reached", "max clients reached");

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
		boolean refused = false;
		for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
			RefusalReason reason = (cause instanceof PSQLException ex) ? of(ex.getServerErrorMessage()) : null;
			if (reason != null) {
				return reason;
			}
			refused |= cause instanceof SQLException ex && TOO_MANY_CONNECTIONS.equals(ex.getSQLState());
		}
		return refused ? UNKNOWN : null;
	}

	static @Nullable RefusalReason of(@Nullable ServerErrorMessage error) {
		if (error == null) {
			return null;
		}
		if (isOfAPooler(error)) {
			return POOLER_LIMIT;
		}
		return TOO_MANY_CONNECTIONS.equals(error.getSQLState()) ? ofRoutine(String.valueOf(error.getRoutine())) : null;
	}

	private static boolean isOfAPooler(ServerErrorMessage error) {
		String message = String.valueOf(error.getMessage()).toLowerCase(Locale.ROOT);
		return OF_A_POOLER.contains(String.valueOf(error.getSQLState()))
				&& POOLER_TEXTS.stream().anyMatch(message::contains);
	}

	private static RefusalReason ofRoutine(String routine) {
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
