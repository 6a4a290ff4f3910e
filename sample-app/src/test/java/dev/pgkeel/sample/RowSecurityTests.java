package dev.pgkeel.sample;

import java.util.UUID;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.BadSqlGrammarException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.test.web.servlet.client.RestTestClient;
import org.springframework.transaction.support.TransactionTemplate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Who sees which notes, with row level security on.
 */
@NotesApplicationTest
class RowSecurityTests {

	private final String owner = newRole();

	private final String reader = newRole();

	private final JdbcClient jdbc;

	private final TransactionTemplate transaction;

	private final ApiClient api;

	RowSecurityTests(@Autowired JdbcClient jdbc, @Autowired TransactionTemplate transaction,
			@Autowired RestTestClient client) {
		this.jdbc = jdbc;
		this.transaction = transaction;
		this.api = new ApiClient(client);
	}

	@BeforeEach
	void createRolesAndNotes() {
		execute("CREATE ROLE " + this.owner);
		execute("CREATE ROLE " + this.reader);
		execute("ALTER TABLE notes OWNER TO " + this.owner);
		execute("GRANT SELECT ON notes TO " + this.reader);
		this.api.newTenant();
	}

	@AfterEach
	void dropRoles() {
		execute("ALTER TABLE notes NO FORCE ROW LEVEL SECURITY");
		execute("ALTER TABLE notes OWNER TO CURRENT_USER");
		execute("REVOKE ALL ON notes FROM " + this.reader);
		execute("DROP ROLE " + this.owner);
		execute("DROP ROLE " + this.reader);
	}

	@Test
	void rowSecurityIsOnForBothTables() {
		assertThat(this.jdbc.sql("SELECT relname FROM pg_class WHERE relrowsecurity AND relkind = 'r' ORDER BY 1")
			.query(String.class)
			.list()).containsExactly("notes", "tenants");
	}

	@Test
	void theOwnerBypassesRowSecurity() {
		assertThat(notesSeenBy(this.owner)).isEqualTo(allNotes()).isPositive();
	}

	@Test
	void theOwnerDoesNotBypassForcedRowSecurity() {
		execute("ALTER TABLE notes FORCE ROW LEVEL SECURITY");
		assertThat(notesSeenBy(this.owner)).isZero();
	}

	@Test
	void theServiceRoleSeesAllRowsByItsPolicy() {
		assertThat(notesSeenBy("service_role")).isEqualTo(allNotes()).isPositive();
	}

	@Test
	void theServiceRoleMayWrite() {
		int changed = this.transaction.execute((status) -> {
			execute("SET LOCAL ROLE service_role");
			return this.jdbc.sql("UPDATE notes SET body = upper(body)").update();
		});
		assertThat(changed).isEqualTo((int) allNotes());
	}

	@Test
	void aRoleWithoutPolicySeesNoRows() {
		assertThat(notesSeenBy(this.reader)).isZero();
	}

	@Test
	void aRoleWithoutGrantSeesNoTable() {
		execute("REVOKE SELECT ON notes FROM " + this.reader);
		assertThatExceptionOfType(BadSqlGrammarException.class).isThrownBy(() -> notesSeenBy(this.reader))
			.havingRootCause()
			.withMessageContaining("permission denied for table notes");
	}

	private long notesSeenBy(String role) {
		return this.transaction.execute((status) -> {
			execute("SET LOCAL ROLE " + role);
			return allNotes();
		});
	}

	private long allNotes() {
		return this.jdbc.sql("SELECT count(*) FROM notes").query(Long.class).single();
	}

	private void execute(String sql) {
		this.jdbc.sql(sql).update();
	}

	/**
	 * Roles belong to the whole server, which other tests use too.
	 */
	private static String newRole() {
		return "role_" + UUID.randomUUID().toString().replace("-", "");
	}

}
