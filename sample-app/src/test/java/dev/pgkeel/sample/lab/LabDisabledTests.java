package dev.pgkeel.sample.lab;

import dev.pgkeel.sample.NotesApplicationTest;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.test.web.servlet.client.RestTestClient;

/**
 * Tests that {@link LabController} is only there if asked for.
 */
@NotesApplicationTest
class LabDisabledTests {

	private final RestTestClient client;

	LabDisabledTests(@Autowired RestTestClient client) {
		this.client = client;
	}

	@ParameterizedTest
	@ValueSource(strings = { "/lab/leak", "/lab/hold?seconds=1", "/lab/nested" })
	void thereIsNoLab(String uri) {
		this.client.post().uri(uri).exchange().expectStatus().isNotFound();
	}

}
