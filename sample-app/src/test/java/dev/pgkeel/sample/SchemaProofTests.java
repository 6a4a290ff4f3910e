package dev.pgkeel.sample;

import javax.sql.DataSource;

import dev.pgkeel.schema.ProofReport;
import dev.pgkeel.schema.SchemaProof;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The schema scripts run again and change nothing.
 */
@NotesApplicationTest
class SchemaProofTests {

	private final DataSource dataSource;

	SchemaProofTests(@Autowired DataSource dataSource) {
		this.dataSource = dataSource;
	}

	@Test
	void scriptsAreIdempotent() {
		ProofReport proof = SchemaProof.of(this.dataSource).run();
		assertThat(proof.differences()).isEmpty();
	}

}
