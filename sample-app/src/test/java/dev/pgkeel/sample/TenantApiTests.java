package dev.pgkeel.sample;

import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.test.web.servlet.client.RestTestClient;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link TenantController}.
 */
@NotesApplicationTest
class TenantApiTests {

	private final ApiClient api;

	private final JdbcClient jdbc;

	TenantApiTests(@Autowired RestTestClient client, @Autowired JdbcClient jdbc) {
		this.api = new ApiClient(client);
		this.jdbc = jdbc;
	}

	@Test
	void aTenantIsCreatedAndFoundWhereTheLocationSays() {
		String email = ApiClient.newEmail();
		String location = this.api.post(Map.of("email", email, "plan", "pro"), "/tenants")
			.expectStatus()
			.isCreated()
			.returnResult(Tenant.class)
			.getResponseHeaders()
			.getFirst("Location");
		assertThat(location).matches("http://localhost:\\d+/tenants/[0-9a-f-]{36}");
		Tenant tenant = this.api.get(String.valueOf(location))
			.expectStatus()
			.isOk()
			.expectBody(Tenant.class)
			.returnResult()
			.getResponseBody();
		assertThat(tenant).isNotNull();
		assertThat(location).endsWith("/tenants/" + tenant.id());
		assertThat(tenant.email()).isEqualTo(email);
		assertThat(tenant.plan()).isEqualTo("pro");
		assertThat(tenant.createdAt()).isNotNull();
	}

	@Test
	void aTakenEmailIsAConflictAndChangesNothing() {
		Tenant tenant = this.api.newTenant();
		ApiClient.expectProblem(this.api.post(Map.of("email", tenant.email(), "plan", "pro"), "/tenants"),
				HttpStatus.CONFLICT, "The email " + tenant.email() + " belongs to another tenant");
		assertThat(this.jdbc.sql("SELECT plan FROM tenants WHERE email = ?")
			.param(tenant.email())
			.query(String.class)
			.list()).containsExactly("free");
	}

	@Test
	void anUnknownTenantIsNotFound() {
		UUID unknown = UUID.randomUUID();
		ApiClient.expectProblem(this.api.get("/tenants/{id}", unknown), HttpStatus.NOT_FOUND,
				"There is no tenant " + unknown);
	}

	@Test
	void anUnknownPathIsAProblemToo() {
		this.api.get("/nothing")
			.expectStatus()
			.isNotFound()
			.expectHeader()
			.contentType(MediaType.APPLICATION_PROBLEM_JSON);
	}

	@Test
	void anIdentifierThatIsNoUuidIsABadRequest() {
		ApiClient.expectProblem(this.api.get("/tenants/17"), HttpStatus.BAD_REQUEST,
				"Failed to convert 'id' with value: '17'");
	}

	@ParameterizedTest
	@ValueSource(strings = { "{", "[]", "null", "\"ada\"", "{\"email\":{},\"plan\":\"free\"}" })
	void aBodyThatIsNotTheExpectedJsonIsABadRequest(String body) {
		ApiClient.expectProblem(this.api.post(body, "/tenants"), HttpStatus.BAD_REQUEST,
				"The body is missing, is not JSON, or has a value of the wrong type");
	}

	@ParameterizedTest
	@MethodSource("invalidTenants")
	void anInvalidTenantIsABadRequestThatNamesTheFields(String body, String detail) {
		ApiClient.expectProblem(this.api.post(body, "/tenants"), HttpStatus.BAD_REQUEST, detail);
	}

	static Stream<Arguments> invalidTenants() {
		String noEmail = "email must be a well-formed email address";
		String noPlan = "plan must be free, pro or enterprise";
		return Stream.of(Arguments.of("{}", "email must not be null; plan must not be null"),
				Arguments.of("{\"email\":\"ada\",\"plan\":\"gold\"}", noEmail + "; " + noPlan),
				Arguments.of("{\"email\":\"ada@example.com\",\"plan\":\"\"}", noPlan),
				Arguments.of("{\"email\":\"ada@example.com\",\"plan\":\"FREE\"}", noPlan),
				Arguments.of("{\"email\":\"\",\"plan\":\"free\"}", "email size must be between 3 and 254"),
				Arguments.of("{\"email\":\"a\\ud800@example.com\",\"plan\":\"free\"}",
						"email must not contain the character NUL or half a surrogate pair"));
	}

	@Test
	void anUnusualEmailIsJustText() {
		String email = "o'hara+$1?--" + UUID.randomUUID() + "@example.com";
		this.api.post(Map.of("email", email, "plan", "free"), "/tenants")
			.expectStatus()
			.isCreated()
			.expectBody()
			.jsonPath("$.email")
			.isEqualTo(email);
	}

}
