package dev.pgkeel.sample;

import java.util.List;
import java.util.Optional;
import java.util.UUID;

import org.springframework.jdbc.core.RowMapper;
import org.springframework.jdbc.core.SimplePropertyRowMapper;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/**
 * The table {@code notes}.
 */
@Repository
class NoteRepository {

	private final JdbcClient jdbc;

	private final RowMapper<Note> mapper = new SimplePropertyRowMapper<>(Note.class);

	NoteRepository(JdbcClient jdbc) {
		this.jdbc = jdbc;
	}

	/**
	 * Adds a note of a tenant, unless there is no such tenant.
	 */
	Optional<Note> add(UUID tenantId, String kind, String body) {
		return this.jdbc.sql("""
				INSERT INTO notes (tenant_id, kind, body) SELECT id, :kind, :body FROM tenants WHERE id = :tenantId
				RETURNING id, tenant_id, kind, body, created_at""")
			.param("tenantId", tenantId)
			.param("kind", kind)
			.param("body", body)
			.query(this.mapper)
			.optional();
	}

	/**
	 * Finds one page. One row more than asked for tells whether another page follows.
	 */
	NotePage find(UUID tenantId, int page, int size) {
		List<Note> notes = this.jdbc.sql("""
				SELECT id, tenant_id, kind, body, created_at FROM notes WHERE tenant_id = :tenantId
				ORDER BY created_at, id LIMIT :limit OFFSET :offset""")
			.param("tenantId", tenantId)
			.param("limit", size + 1)
			.param("offset", (long) page * size)
			.query(this.mapper)
			.list();
		boolean last = notes.size() <= size;
		return new NotePage(last ? notes : notes.subList(0, size), page, size, last);
	}

}
