package dev.pgkeel.sample;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;

import dev.pgkeel.testsupport.TestDatabase;
import dev.pgkeel.testsupport.TestServer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import org.springframework.core.io.ClassPathResource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * How the schema scripts come to the role that their policies need. Roles belong to the
 * whole server, so that each test gives the role a name of its own.
 */
class ServiceRoleTests {

	private final String suffix = UUID.randomUUID().toString().replace("-", "");

	private final String script = (read("1_tenants.sql") + read("2_notes.sql")).replace("service_role",
			"service_" + this.suffix);

	private final TestDatabase database = TestServer.shared().newDatabase();

	@Test
	void twoDatabasesOfAServerMayCreateTheRoleAtOnce() throws SQLException {
		TestDatabase other = TestServer.shared().newDatabase();
		try (Connection connection = this.database.connect()) {
			connection.setAutoCommit(false);
			apply(connection);
			CompletableFuture<Void> waiting = CompletableFuture.runAsync(() -> other.execute(this.script));
			await().until(() -> other.query("""
					SELECT count(*) = 1 FROM pg_stat_activity
					WHERE datname = current_database() AND wait_event_type = 'Lock'""", Boolean.class));
			connection.commit();
			waiting.join();
		}
		assertThat(policies(this.database)).isEqualTo(2);
		assertThat(policies(other)).isEqualTo(2);
	}

	@Test
	void aUserWhoMayNotCreateRolesUsesTheOneThatIsThere() throws SQLException {
		this.database.execute("CREATE ROLE service_" + this.suffix);
		try (Connection connection = connectAsOrdinaryUser()) {
			assertThat(apply(connection)).isNull();
		}
		assertThat(policies(this.database)).isEqualTo(2);
	}

	@Test
	void withoutTheRolePoliciesWaitUntilAnAdministratorCreatesIt() throws SQLException {
		try (Connection connection = connectAsOrdinaryUser()) {
			assertThat(apply(connection)).startsWith("The role service_" + this.suffix + " is missing");
			assertThat(policies(this.database)).isZero();
			assertThat(this.database.query("SELECT count(*) FROM notes", Long.class)).isZero();
			this.database.execute("CREATE ROLE service_" + this.suffix);
			apply(connection);
		}
		assertThat(policies(this.database)).isEqualTo(2);
	}

	private Connection connectAsOrdinaryUser() throws SQLException {
		String user = "user_" + this.suffix;
		this.database.execute("CREATE USER " + user);
		this.database.execute("GRANT CREATE ON SCHEMA public TO " + user);
		return this.database.connectAs(user, "service");
	}

	/**
	 * Returns the first warning or notice, {@code null} if there is none.
	 */
	private @Nullable String apply(Connection connection) throws SQLException {
		try (Statement statement = connection.createStatement()) {
			statement.execute(this.script);
			return (statement.getWarnings() != null) ? statement.getWarnings().getMessage() : null;
		}
	}

	private static long policies(TestDatabase database) {
		return database.query("SELECT count(*) FROM pg_policy", Long.class);
	}

	private static String read(String script) {
		try {
			return new ClassPathResource("db/pgkeel/" + script).getContentAsString(StandardCharsets.UTF_8);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

}
