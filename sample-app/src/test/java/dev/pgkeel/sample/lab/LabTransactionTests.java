package dev.pgkeel.sample.lab;

import dev.pgkeel.sample.NotesApplicationTest;
import dev.pgkeel.sample.lab.LabController.Taken;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.test.web.servlet.client.RestTestClient;
import org.springframework.test.web.servlet.client.RestTestClient.ResponseSpec;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for the transaction of {@link LabController}, where the JDK has virtual threads
 * on one of them.
 */
@NotesApplicationTest(properties = { "sample.lab.enabled=true", "spring.threads.virtual.enabled=true",
		"pgkeel.transaction.timeout=2s", "pgkeel.transaction.slow-after=2500ms",
		"pgkeel.transaction.server-side=false" })
@ExtendWith(OutputCaptureExtension.class)
class LabTransactionTests {

	private final RestTestClient client;

	LabTransactionTests(@Autowired RestTestClient client) {
		this.client = client;
	}

	@Test
	void shortTransactionCommits() {
		Taken taken = post("").expectStatus().isOk().expectBody(Taken.class).returnResult().getResponseBody();
		assertThat(taken).isNotNull();
		assertThat(taken.backendPids()).hasSize(1);
	}

	@Test
	void longStatementIsCancelledAtTheLimit(CapturedOutput output) {
		expectTimeout(post("?sql=30"));
		assertThat(output).containsPattern("its limit is 2\\.0 s: about \\d\\.\\d s in statements");
	}

	/**
	 * The only one that is slow enough: one name is reported once in a minute.
	 */
	@Test
	void idleTransactionIsReportedAndDoesNotGoOn(CapturedOutput output) {
		expectTimeout(post("?idle=6"));
		assertThat(output).containsPattern("has been running for \\d\\.\\d s" + idleShare())
			.containsPattern("its limit is 2\\.0 s: about 0\\.\\d s in statements and \\d\\.\\d s idle between them");
	}

	@ParameterizedTest
	@ValueSource(strings = { "?sql=-1", "?idle=301", "?sql=long" })
	void transactionIsNotKeptOpenForever(String query) {
		post(query).expectStatus().isBadRequest().expectHeader().contentType(MediaType.APPLICATION_PROBLEM_JSON);
	}

	/**
	 * Behind a pooler nobody knows which session it is.
	 */
	private static String idleShare() {
		return (System.getProperty("pgkeel.test.pooler") != null) ? ""
				: ", of which about \\d\\.\\d s idle in transaction: something slow other than SQL runs inside it";
	}

	private static void expectTimeout(ResponseSpec response) {
		response.expectStatus()
			.isEqualTo(HttpStatus.SERVICE_UNAVAILABLE)
			.expectHeader()
			.contentType(MediaType.APPLICATION_PROBLEM_JSON);
	}

	private ResponseSpec post(String query) {
		return this.client.post().uri("/lab/transaction" + query).exchange();
	}

}
