package dev.pgkeel.schema.lint;

import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.List;

import dev.pgkeel.schema.Splitting;
import dev.pgkeel.schema.SqlStatement;
import dev.pgkeel.testsupport.TestServer;
import org.junit.jupiter.api.Test;

import org.springframework.core.io.ClassPathResource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests the script that most people start from.
 */
class RecipeTests {

	@Test
	void namesWhatFailsSilently() throws Exception {
		List<SqlStatement> statements = statements();
		List<String> states = new ArrayList<>();
		try (Connection connection = TestServer.shared().newDatabase().connect()) {
			connection.setAutoCommit(false);
			ServerTruth truth = new ServerTruth(connection);
			// Without the tables and without the role, as after a mistake before it
			for (SqlStatement statement : statements.subList(2, statements.size())) {
				states.add(String.valueOf(truth.attempt(statement.text())));
			}
		}
		assertThat(states).containsExactly("42P01", "null", "42704");
		assertThat(findings()).filteredOn((finding) -> finding.severity() == LintSeverity.ERROR)
			.singleElement()
			.satisfies((finding) -> {
				assertThat(finding.id()).isEqualTo("hidden-errors");
				assertThat(finding.position().line()).isEqualTo(18);
				assertThat(finding.toString())
					.startsWith("recipe.sql:18:11 error [hidden-errors] WHEN OTHERS hides every error of"
							+ " alter table notes enable row level security: a missing table");
			});
	}

	@Test
	void policyForMissingRoleIsNotSilent() throws Exception {
		List<SqlStatement> statements = statements();
		try (Connection connection = TestServer.shared().newDatabase().connect()) {
			connection.setAutoCommit(false);
			ServerTruth truth = new ServerTruth(connection);
			for (SqlStatement statement : statements.subList(0, 4)) {
				assertThat(truth.attempt(statement.text())).isNull();
			}
			assertThat(truth.attempt(statements.get(4).text())).isEqualTo("42704");
		}
	}

	@Test
	void namesWhatWaits() throws Exception {
		assertThat(findings()).filteredOn((finding) -> finding.id().equals("waits-for-readers"))
			.extracting((finding) -> finding.position().line())
			.containsExactly(12, 17);
	}

	private static List<LintFinding> findings() throws Exception {
		SchemaLinter linter = new SchemaLinter();
		statements().forEach((statement) -> linter.add("recipe.sql", statement));
		return linter.findings();
	}

	private static List<SqlStatement> statements() throws Exception {
		return Splitting.split("recipe.sql",
				new ClassPathResource("lint/recipe.sql").getContentAsString(StandardCharsets.UTF_8));
	}

}
