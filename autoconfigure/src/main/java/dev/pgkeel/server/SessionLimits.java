package dev.pgkeel.server;

import org.jspecify.annotations.Nullable;

/**
 * How many sessions the server allows.
 *
 * @param maxConnections the server's {@code max_connections}
 * @param reserved how many of them only privileged roles may use
 * @param role the role's own limit, {@code null} if it has none or is a superuser
 * @param database the database's own limit, {@code null} if it has none or the role is a
 * superuser
 * @since 0.1.0
 */
public record SessionLimits(int maxConnections, int reserved, @Nullable Integer role, @Nullable Integer database) {

	/**
	 * Returns how many sessions ordinary roles can have in all: what is not reserved, or
	 * the role's or the database's own limit if that is lower.
	 * @return the number of sessions
	 */
	public int usable() {
		int usable = this.maxConnections - this.reserved;
		if (this.role != null) {
			usable = Math.min(usable, this.role);
		}
		if (this.database != null) {
			usable = Math.min(usable, this.database);
		}
		return usable;
	}

}
