package dev.pgkeel.sample.lab;

import java.util.List;
import java.util.concurrent.CompletableFuture;

import javax.sql.DataSource;

import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.HikariPoolMXBean;
import dev.pgkeel.sample.NotesApplicationTest;
import dev.pgkeel.sample.lab.LabController.Taken;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.test.annotation.DirtiesContext;
import org.springframework.test.web.servlet.client.RestTestClient;
import org.springframework.test.web.servlet.client.RestTestClient.ResponseSpec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Tests for {@link LabController} with nobody to put its mistakes right.
 */
@NotesApplicationTest(properties = { "sample.lab.enabled=true", "spring.datasource.hikari.maximum-pool-size=3",
		"spring.datasource.hikari.minimum-idle=3", "spring.datasource.hikari.connection-timeout=2000",
		"pgkeel.leak.enabled=false" })
class LabTests {

	private final RestTestClient client;

	private final HikariDataSource pool;

	LabTests(@Autowired RestTestClient client, @Autowired DataSource dataSource) {
		this.client = client;
		this.pool = (HikariDataSource) dataSource;
	}

	/**
	 * Nobody has to wait for a new connection then, which may take a while. The first
	 * borrower starts the pool.
	 */
	@BeforeEach
	void awaitFullPool() {
		await().ignoreExceptions().until(() -> {
			this.pool.getConnection().close();
			return this.pool.getHikariPoolMXBean().getIdleConnections() == 3;
		});
	}

	@Test
	@DirtiesContext
	void aLeakTakesOneConnection() {
		assertThat(taken(post("/lab/leak"))).hasSize(1);
		assertThat(active()).isOne();
	}

	@Test
	@DirtiesContext
	void leaksDrainThePoolAndThenNobodyGetsAConnection() {
		for (int leak = 1; leak <= 3; leak++) {
			post("/lab/leak").expectStatus().isOk();
		}
		assertThat(active()).isEqualTo(3);
		post("/lab/leak").expectStatus()
			.isEqualTo(HttpStatus.SERVICE_UNAVAILABLE)
			.expectHeader()
			.contentType(MediaType.APPLICATION_PROBLEM_JSON);
		this.client.get()
			.uri("/tenants/00000000-0000-0000-0000-000000000000")
			.exchange()
			.expectStatus()
			.isEqualTo(HttpStatus.SERVICE_UNAVAILABLE);
		this.client.post()
			.uri("/tenants")
			.contentType(MediaType.APPLICATION_JSON)
			.body("{\"email\":\"ada@example.com\",\"plan\":\"free\"}")
			.exchange()
			.expectStatus()
			.isEqualTo(HttpStatus.SERVICE_UNAVAILABLE);
	}

	@Test
	void aHeldConnectionIsTakenAndReturned() {
		CompletableFuture<List<Integer>> held = CompletableFuture.supplyAsync(() -> taken(post("/lab/hold?seconds=2")));
		await().until(() -> active() == 1);
		assertThat(held.join()).hasSize(1);
		await().until(() -> active() == 0);
	}

	@ParameterizedTest
	@ValueSource(strings = { "?seconds=0", "?seconds=301", "?seconds=long", "" })
	void aConnectionIsNotHeldForever(String query) {
		post("/lab/hold" + query).expectStatus()
			.isBadRequest()
			.expectHeader()
			.contentType(MediaType.APPLICATION_PROBLEM_JSON);
		assertThat(active()).isZero();
	}

	@Test
	@DirtiesContext
	void nestedConnectionsAreTwo() {
		assertThat(taken(post("/lab/nested"))).hasSize(2);
		await().until(() -> active() == 0);
		post("/lab/leak").expectStatus().isOk();
		post("/lab/leak").expectStatus().isOk();
		post("/lab/nested").expectStatus().isEqualTo(HttpStatus.SERVICE_UNAVAILABLE);
	}

	private ResponseSpec post(String uri) {
		return this.client.post().uri(uri).exchange();
	}

	private static List<Integer> taken(ResponseSpec response) {
		Taken taken = response.expectStatus().isOk().expectBody(Taken.class).returnResult().getResponseBody();
		assertThat(taken).isNotNull();
		return taken.backendPids();
	}

	private int active() {
		HikariPoolMXBean figures = this.pool.getHikariPoolMXBean();
		return (figures != null) ? figures.getActiveConnections() : 0;
	}

}
