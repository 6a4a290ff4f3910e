package dev.pgkeel.sample;

import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.test.web.servlet.client.RestTestClient;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What the service shows of itself.
 */
@NotesApplicationTest
class ActuatorTests {

	private final ApiClient api;

	ActuatorTests(@Autowired RestTestClient client) {
		this.api = new ApiClient(client);
	}

	@Test
	void exactlyTheChosenEndpointsAreExposed() {
		this.api.get("/actuator")
			.expectStatus()
			.isOk()
			.expectBody()
			.jsonPath("$._links.keys()")
			.value((keys) -> assertThat(keys).asInstanceOf(InstanceOfAssertFactories.COLLECTION)
				.containsOnly("self", "health", "health-path", "info", "pgkeel", "pgkeelconsole", "pgkeelconsole-part",
						"metrics", "metrics-requiredMetricName", "prometheus"));
	}

	@Test
	void healthHasAComponentOfPgkeel() {
		this.api.get("/actuator/health")
			.expectStatus()
			.isOk()
			.expectBody()
			.jsonPath("$.components.pgkeel.status")
			.isEqualTo("UP")
			.jsonPath("$.components.pgkeel.details.role")
			.isEqualTo("primary")
			.jsonPath("$.components.pgkeel.details.schema")
			.isEqualTo("applied")
			.jsonPath("$.components.pgkeel.details.pool.max")
			.isEqualTo(10);
	}

	@Test
	void theEndpointShowsServerPoolAndSchema() {
		this.api.get("/actuator/pgkeel")
			.expectStatus()
			.isOk()
			.expectBody()
			.jsonPath("$.server.role")
			.isEqualTo("primary")
			.jsonPath("$.pool.dataSource.settings.maximumPoolSize.value")
			.isEqualTo("10")
			.jsonPath("$.pool.dataSource.settings.maximumPoolSize.source")
			.isEqualTo("profile")
			.jsonPath("$.schema.scripts[0].name")
			.isEqualTo("1_tenants.sql")
			.jsonPath("$.schema.scripts[1].name")
			.isEqualTo("2_notes.sql");
	}

	@Test
	void theEndpointLeavesOutWhatIsNotKnown() {
		this.api.get("/actuator/pgkeel")
			.expectBody()
			.jsonPath("$.server.usableConnections")
			.exists()
			.jsonPath("$.server.roleLimit")
			.doesNotHaveJsonPath();
	}

	@Test
	void theEndpointShowsNoPassword() {
		assertThat(this.api.get("/actuator/pgkeel").expectBody(String.class).returnResult().getResponseBody())
			.doesNotContainIgnoringCase("password");
	}

	@Test
	void thePoolHasAllItsMetersOnceItWasUsed() {
		this.api.newTenant();
		this.api.get("/actuator/metrics")
			.expectBody()
			.jsonPath("$.names[?(@ =~ /hikaricp\\..*|hikaricp/)]")
			.value((names) -> assertThat(names).asInstanceOf(InstanceOfAssertFactories.COLLECTION)
				.containsExactlyInAnyOrder("hikaricp.connections", "hikaricp.connections.active",
						"hikaricp.connections.idle", "hikaricp.connections.pending", "hikaricp.connections.max",
						"hikaricp.connections.min", "hikaricp.connections.timeout", "hikaricp.connections.acquire",
						"hikaricp.connections.creation", "hikaricp.connections.usage"));
	}

	@Test
	void prometheusMayScrape() {
		this.api.newTenant();
		assertThat(this.api.get("/actuator/prometheus")
			.expectStatus()
			.isOk()
			.expectBody(String.class)
			.returnResult()
			.getResponseBody()).contains("hikaricp_connections_max");
	}

}
