package dev.pgkeel.sample;

import java.util.Optional;
import java.util.UUID;

import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/**
 * The table {@code tenants}.
 */
@Repository
class TenantRepository {

	private final JdbcClient jdbc;

	TenantRepository(JdbcClient jdbc) {
		this.jdbc = jdbc;
	}

	/**
	 * Adds a tenant, unless the email is taken. A failed statement would end the
	 * transaction and look like an error in the server's log; a conflict does neither.
	 */
	Optional<Tenant> add(NewTenant tenant) {
		return this.jdbc.sql("""
				INSERT INTO tenants (email, plan) VALUES (:email, :plan)
				ON CONFLICT (email) DO NOTHING
				RETURNING id, email, plan, created_at""")
			.param("email", tenant.email())
			.param("plan", tenant.plan())
			.query(Tenant.class)
			.optional();
	}

	Optional<Tenant> find(UUID id) {
		return this.jdbc.sql("SELECT id, email, plan, created_at FROM tenants WHERE id = :id")
			.param("id", id)
			.query(Tenant.class)
			.optional();
	}

}
