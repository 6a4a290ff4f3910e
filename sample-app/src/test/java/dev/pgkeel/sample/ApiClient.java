package dev.pgkeel.sample;

import java.util.Map;
import java.util.UUID;

import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.test.web.servlet.client.RestTestClient;
import org.springframework.test.web.servlet.client.RestTestClient.ResponseSpec;

/**
 * The service as its callers see it.
 */
class ApiClient {

	private final RestTestClient client;

	ApiClient(RestTestClient client) {
		this.client = client;
	}

	ResponseSpec get(String uri, Object... variables) {
		return this.client.get().uri(uri, variables).exchange();
	}

	ResponseSpec post(Object body, String uri, Object... variables) {
		return this.client.post().uri(uri, variables).contentType(MediaType.APPLICATION_JSON).body(body).exchange();
	}

	Tenant newTenant() {
		Tenant tenant = post(Map.of("email", newEmail(), "plan", "free"), "/tenants").expectStatus()
			.isCreated()
			.expectBody(Tenant.class)
			.returnResult()
			.getResponseBody();
		if (tenant == null) {
			throw new IllegalStateException("No tenant in the response");
		}
		return tenant;
	}

	static String newEmail() {
		return "ada+" + UUID.randomUUID() + "@example.com";
	}

	/**
	 * Expects a problem in the one form that all have.
	 */
	static void expectProblem(ResponseSpec response, HttpStatus status, String detail) {
		response.expectStatus()
			.isEqualTo(status)
			.expectHeader()
			.contentType(MediaType.APPLICATION_PROBLEM_JSON)
			.expectBody()
			.jsonPath("$.status")
			.isEqualTo(status.value())
			.jsonPath("$.title")
			.isEqualTo(status.getReasonPhrase())
			.jsonPath("$.detail")
			.isEqualTo(detail);
	}

}
