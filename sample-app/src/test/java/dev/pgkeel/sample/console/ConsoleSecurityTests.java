package dev.pgkeel.sample.console;

import dev.pgkeel.sample.NotesApplicationTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.http.MediaType;
import org.springframework.test.web.servlet.client.RestTestClient;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for the console with Spring Security on the class path, as it comes.
 */
@NotesApplicationTest(properties = { "spring.security.user.name=ops", "spring.security.user.password=secret",
		"spring.security.user.roles=DBA", "management.endpoint.pgkeelconsole.show-values=when-authorized",
		"management.endpoint.pgkeelconsole.roles=DBA", "pgkeel.monitor.interval=1s" })
@Tag("security")
class ConsoleSecurityTests {

	private final RestTestClient client;

	ConsoleSecurityTests(@Autowired RestTestClient client) {
		this.client = client;
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "/console.js", "/console.css", "/data", "/stack?pool=dataSource&pid=1", "/other" })
	void whoIsNotAuthenticatedGetsWhatOtherEndpointsGive(String part) {
		for (MediaType type : new MediaType[] { MediaType.TEXT_HTML, MediaType.ALL }) {
			int others = status("/actuator/pgkeel", type);
			assertThat(others).isIn(302, 401);
			assertThat(status("/actuator/pgkeelconsole" + part, type)).isEqualTo(others);
		}
	}

	private int status(String path, MediaType type) {
		return this.client.get().uri(path).accept(type).exchange().returnResult().getStatus().value();
	}

	@Test
	void whoIsAuthenticatedAndHasTheRoleSeesValues() {
		for (String part : new String[] { "", "/console.js", "/console.css" }) {
			this.client.get()
				.uri("/actuator/pgkeelconsole" + part)
				.headers((headers) -> headers.setBasicAuth("ops", "secret"))
				.exchange()
				.expectStatus()
				.isOk();
		}
		this.client.get()
			.uri("/actuator/pgkeelconsole/data")
			.headers((headers) -> headers.setBasicAuth("ops", "secret"))
			.exchange()
			.expectStatus()
			.isOk()
			.expectBody()
			.jsonPath("$.server.valuesShown")
			.isEqualTo(true)
			.jsonPath("$.server.user")
			.isEqualTo("postgres");
	}

}
