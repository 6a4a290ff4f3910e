package dev.pgkeel.schema.lint;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;

import dev.pgkeel.schema.Position;
import dev.pgkeel.schema.SqlStatement;

/**
 * The linter as tests use it.
 */
final class Lint {

	private static final Set<String> SECOND_RUN = Set.of("create-if-not-exists", "create-or-replace", "create-guard",
			"add-column", "add-constraint", "alter-once", "drop-if-exists", "rename-once", "insert-key",
			"missed-condition", "convert-again");

	private Lint() {
	}

	static SqlStatement statement(int number, String text) {
		return new SqlStatement(number, text, new Position(number, 1), List.of(), List.of());
	}

	/**
	 * Lints statements, the last of which is looked at.
	 */
	static List<LintFinding> last(List<String> before, String statement) {
		SchemaLinter linter = new SchemaLinter();
		int number = 0;
		for (String sql : before) {
			linter.add("before.sql", statement(++number, sql));
		}
		linter.add("last.sql", statement(1, statement));
		return linter.findings().stream().filter((finding) -> finding.script().equals("last.sql")).toList();
	}

	static boolean secondRunFails(List<LintFinding> findings) {
		return findings.stream().anyMatch((finding) -> SECOND_RUN.contains(finding.id()));
	}

	static boolean impossible(List<LintFinding> findings) {
		return findings.stream().anyMatch((finding) -> finding.id().equals("no-such-clause"));
	}

	static byte[] bytes(String text) {
		return text.getBytes(StandardCharsets.UTF_8);
	}

}
