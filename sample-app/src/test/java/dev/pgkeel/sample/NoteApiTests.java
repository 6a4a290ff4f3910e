package dev.pgkeel.sample;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.http.HttpStatus;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.test.web.servlet.client.RestTestClient;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link NoteController}.
 */
@NotesApplicationTest
class NoteApiTests {

	private final ApiClient api;

	private final JdbcClient jdbc;

	NoteApiTests(@Autowired RestTestClient client, @Autowired JdbcClient jdbc) {
		this.api = new ApiClient(client);
		this.jdbc = jdbc;
	}

	@Test
	void aNewTenantHasAWelcomeNote() {
		NotePage page = page(this.api.newTenant(), "");
		assertThat(page.notes()).singleElement().satisfies((note) -> {
			assertThat(note.kind()).isEqualTo("welcome");
			assertThat(note.body()).startsWith("Welcome!");
		});
		assertThat(page).extracting(NotePage::page, NotePage::size, NotePage::last).containsExactly(0, 20, true);
	}

	@ParameterizedTest
	@ValueSource(strings = { "Grüße, 世界 🐘 שלום", "'; DROP TABLE notes; --", "\"quoted\" \\ {braces} ? :name $1 $$",
			"line\nbreak\ttab\u0001" })
	void aNoteComesBackAsItWasWritten(String body) {
		Tenant tenant = this.api.newTenant();
		Note written = add(tenant, body);
		assertThat(written.body()).isEqualTo(body);
		assertThat(written.tenantId()).isEqualTo(tenant.id());
		assertThat(written.kind()).isEqualTo("user");
		assertThat(page(tenant, "").notes()).element(1).isEqualTo(written);
	}

	@Test
	void pagesHaveAStableOrderAndNoNoteTwice() {
		Tenant tenant = this.api.newTenant();
		List<String> written = IntStream.range(0, 10).mapToObj((index) -> add(tenant, "note " + index).body()).toList();
		List<String> read = new ArrayList<>();
		NotePage page;
		do {
			page = page(tenant, "?page=" + read.size() / 4 + "&size=4");
			page.notes().stream().map(Note::body).forEach(read::add);
		}
		while (!page.last());
		assertThat(read).hasSize(11).endsWith(written.toArray(String[]::new));
	}

	@Test
	void notesOfTheSameMomentHaveAnOrderToo() {
		Tenant tenant = this.api.newTenant();
		this.jdbc.sql("""
				INSERT INTO notes (tenant_id, body, created_at)
				SELECT :tenantId, 'note ' || n, '2026-01-01' FROM generate_series(1, 50) n""")
			.param("tenantId", tenant.id())
			.update();
		List<UUID> read = IntStream.range(0, 6)
			.boxed()
			.flatMap((number) -> page(tenant, "?size=10&page=" + number).notes().stream())
			.map(Note::id)
			.toList();
		assertThat(read).hasSize(51).doesNotHaveDuplicates();
	}

	@Test
	void aFullLastPageIsTheLast() {
		Tenant tenant = this.api.newTenant();
		add(tenant, "the second");
		assertThat(page(tenant, "?size=2").last()).isTrue();
		assertThat(page(tenant, "?size=1").last()).isFalse();
		assertThat(page(tenant, "?size=1&page=1").last()).isTrue();
	}

	@Test
	void aPageFarBeyondTheLastIsEmpty() {
		NotePage page = page(this.api.newTenant(), "?size=100&page=" + Integer.MAX_VALUE);
		assertThat(page.notes()).isEmpty();
		assertThat(page.last()).isTrue();
	}

	@Test
	void aTenantSeesNoNotesOfOthers() {
		Tenant other = this.api.newTenant();
		add(other, "secret");
		assertThat(page(this.api.newTenant(), "").notes()).extracting(Note::body).doesNotContain("secret");
	}

	@Test
	void notesOfAnUnknownTenantAreNotFound() {
		UUID unknown = UUID.randomUUID();
		String detail = "There is no tenant " + unknown;
		ApiClient.expectProblem(this.api.get("/tenants/{id}/notes", unknown), HttpStatus.NOT_FOUND, detail);
		ApiClient.expectProblem(this.api.post(Map.of("body", "lost"), "/tenants/{id}/notes", unknown),
				HttpStatus.NOT_FOUND, detail);
	}

	@ParameterizedTest
	@CsvSource({ "?page=-1, page must be greater than or equal to 0",
			"?size=0, size must be greater than or equal to 1", "?size=101, size must be less than or equal to 100",
			"?page=-1&size=-1, page must be greater than or equal to 0; size must be greater than or equal to 1",
			"?page=one, Failed to convert 'page' with value: 'one'",
			"?size=99999999999, Failed to convert 'size' with value: '99999999999'" })
	void aPageOutOfBoundsIsABadRequest(String query, String detail) {
		Tenant tenant = this.api.newTenant();
		ApiClient.expectProblem(this.api.get("/tenants/" + tenant.id() + "/notes" + query), HttpStatus.BAD_REQUEST,
				detail);
	}

	@Test
	void anIdentifierThatIsNoUuidIsABadRequest() {
		String detail = "Failed to convert 'tenantId' with value: '17'";
		ApiClient.expectProblem(this.api.get("/tenants/17/notes"), HttpStatus.BAD_REQUEST, detail);
		ApiClient.expectProblem(this.api.post(Map.of("body", "lost"), "/tenants/17/notes"), HttpStatus.BAD_REQUEST,
				detail);
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|',
			value = { "{} | body must not be blank", "{\"body\":\" \\n\"} | body must not be blank",
					"{\"body\":\"a\\u0000b\"} | body must not contain the character NUL or half a surrogate pair",
					"{\"body\":\"a\\udc18b\"} | body must not contain the character NUL or half a surrogate pair",
					"{\"body\":[]} | The body is missing, is not JSON, or has a value of the wrong type" })
	void anInvalidNoteIsABadRequest(String json, String detail) {
		ApiClient.expectProblem(this.api.post(json, "/tenants/{id}/notes", this.api.newTenant().id()),
				HttpStatus.BAD_REQUEST, detail);
	}

	@Test
	void aNoteMayBeLongButNotEndless() {
		Tenant tenant = this.api.newTenant();
		assertThat(add(tenant, "x".repeat(10_000)).body()).hasSize(10_000);
		ApiClient.expectProblem(this.api.post(Map.of("body", "x".repeat(10_001)), "/tenants/{id}/notes", tenant.id()),
				HttpStatus.BAD_REQUEST, "body size must be between 0 and 10000");
	}

	private Note add(Tenant tenant, String body) {
		Note note = this.api.post(Map.of("body", body), "/tenants/{id}/notes", tenant.id())
			.expectStatus()
			.isCreated()
			.expectBody(Note.class)
			.returnResult()
			.getResponseBody();
		assertThat(note).isNotNull();
		return note;
	}

	private NotePage page(Tenant tenant, String query) {
		NotePage page = this.api.get("/tenants/" + tenant.id() + "/notes" + query)
			.expectStatus()
			.isOk()
			.expectBody(NotePage.class)
			.returnResult()
			.getResponseBody();
		assertThat(page).isNotNull();
		return page;
	}

}
