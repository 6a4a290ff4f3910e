package dev.pgkeel.sample.lab;

import java.util.List;

import dev.pgkeel.sample.NotesApplicationTest;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.http.HttpStatus;
import org.springframework.test.annotation.DirtiesContext;
import org.springframework.test.web.servlet.client.RestTestClient;

/**
 * Tests that the mistakes of {@link LabController} do not stop the service.
 */
@NotesApplicationTest(properties = { "sample.lab.enabled=true", "spring.datasource.hikari.maximum-pool-size=3",
		"spring.datasource.hikari.connection-timeout=20000" })
@DirtiesContext
class LabHealsTests {

	private final RestTestClient client;

	LabHealsTests(@Autowired RestTestClient client) {
		this.client = client;
	}

	@Test
	void serviceAnswersThoughItLeaksMoreConnectionsThanItHas() {
		for (int leak = 1; leak <= 7; leak++) {
			this.client.post().uri("/lab/leak").exchange().expectStatus().isOk();
		}
		for (String tenant : List.of("00000000-0000-0000-0000-000000000000", "00000000-0000-0000-0000-000000000001")) {
			this.client.get().uri("/tenants/" + tenant).exchange().expectStatus().isEqualTo(HttpStatus.NOT_FOUND);
		}
	}

}
