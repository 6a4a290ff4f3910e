package dev.pgkeel.sample;

import dev.pgkeel.transaction.GuardedTransactionTemplate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.dao.DataIntegrityViolationException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.test.web.servlet.client.RestTestClient;
import org.springframework.transaction.support.TransactionTemplate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for {@link TenantRegistration}, with a table that refuses welcome notes.
 */
@NotesApplicationTest
class TenantRegistrationTests {

	private final TenantRegistration registration;

	private final TransactionTemplate transaction;

	private final JdbcClient jdbc;

	private final RestTestClient client;

	TenantRegistrationTests(@Autowired TenantRegistration registration, @Autowired TransactionTemplate transaction,
			@Autowired JdbcClient jdbc, @Autowired RestTestClient client) {
		this.registration = registration;
		this.transaction = transaction;
		this.jdbc = jdbc;
		this.client = client;
	}

	@BeforeEach
	void refuseWelcomeNotes() {
		this.jdbc.sql("ALTER TABLE notes ADD CONSTRAINT no_welcome CHECK (kind <> 'welcome') NOT VALID").update();
	}

	@AfterEach
	void allowWelcomeNotes() {
		this.jdbc.sql("ALTER TABLE notes DROP CONSTRAINT no_welcome").update();
	}

	@Test
	void thereIsNoTenantWithoutWelcomeNote() {
		String email = ApiClient.newEmail();
		assertThatExceptionOfType(DataIntegrityViolationException.class)
			.isThrownBy(() -> this.registration.register(new NewTenant(email, "free")));
		assertThat(
				this.jdbc.sql("SELECT count(*) FROM tenants WHERE email = ?").param(email).query(Long.class).single())
			.isZero();
	}

	@Test
	void theCallerSeesNoSql() {
		String body = new ApiClient(this.client).post("{\"email\":\"ada@example.com\",\"plan\":\"free\"}", "/tenants")
			.expectStatus()
			.is5xxServerError()
			.expectBody(String.class)
			.returnResult()
			.getResponseBody();
		assertThat(body).doesNotContainIgnoringCase("insert").doesNotContain("no_welcome");
	}

	@Test
	void theTransactionIsGuarded() {
		assertThat(this.transaction).isInstanceOf(GuardedTransactionTemplate.class);
	}

}
