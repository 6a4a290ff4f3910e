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
	 * How many are reserved, as SQL. The setting reserved_connections exists from
	 * PostgreSQL 16 on, and Amazon RDS has one of its own, which elsewhere anybody could
	 * set to anything.
	 */
	static final String RESERVED = """
			pg_catalog.current_setting('superuser_reserved_connections')::int
			  + coalesce(pg_catalog.current_setting('reserved_connections', true), '0')::int
			  + coalesce(substring(pg_catalog.current_setting('rds.rds_superuser_reserved_connections', true)
			    from '^[0-9]{1,6}$'), '0')::int""";

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
