package dev.pgkeel.sample;

import org.junit.jupiter.api.Test;
import org.testcontainers.postgresql.PostgreSQLContainer;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.resttestclient.autoconfigure.AutoConfigureRestTestClient;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.context.annotation.Import;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.test.web.servlet.client.RestTestClient;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The service on a server in a container, as many projects test.
 */
@SpringBootTest(webEnvironment = SpringBootTest.WebEnvironment.RANDOM_PORT)
@Import(PostgresContainer.class)
@AutoConfigureRestTestClient
@RequiresDocker
class ContainerTests {

	private final ApiClient api;

	private final JdbcClient jdbc;

	ContainerTests(@Autowired RestTestClient client, @Autowired JdbcClient jdbc) {
		this.api = new ApiClient(client);
		this.jdbc = jdbc;
	}

	@Test
	void theServiceUsesTheContainersServer(@Autowired PostgreSQLContainer container) {
		assertThat(this.jdbc.sql("SELECT current_database() || ' ' || current_user").query(String.class).single())
			.isEqualTo(container.getDatabaseName() + " " + container.getUsername());
	}

	@Test
	void theSchemaScriptsMadeWhatTheServiceNeeds() {
		Tenant tenant = this.api.newTenant();
		assertThat(this.jdbc.sql("SELECT count(*) FROM notes WHERE tenant_id = ?")
			.param(tenant.id())
			.query(Long.class)
			.single()).isEqualTo(1);
	}

	@Test
	void healthKnowsTheContainersServer(@Autowired PostgreSQLContainer container) {
		String version = this.jdbc.sql("SHOW server_version").query(String.class).single().split(" ")[0];
		this.api.get("/actuator/health")
			.expectStatus()
			.isOk()
			.expectBody()
			.jsonPath("$.components.pgkeel.details.server")
			.value((server) -> assertThat(server.toString()).startsWith("PostgreSQL " + version));
		assertThat(container.isRunning()).isTrue();
	}

}
