package dev.pgkeel.schema.lint;

import java.util.ArrayList;
import java.util.List;

import dev.pgkeel.schema.ProofReport;
import dev.pgkeel.schema.SqlStatement;

/**
 * Comments that silence a rule for the statement below them:
 * {@code -- pgkeel:ignore <id> <reason>}.
 */
final class Ignores {

	private static final String PREFIX = "pgkeel:ignore";

	private Ignores() {
	}

	static boolean silences(SqlStatement statement, String id) {
		return statement.directives()
			.stream()
			.map(Ignores::words)
			.anyMatch((words) -> isValid(words) && words[1].equals(id));
	}

	/**
	 * Finds comments that silence nothing.
	 */
	static List<LintFinding> mistakes(String script, SqlStatement statement) {
		List<LintFinding> findings = new ArrayList<>();
		for (String directive : statement.directives()) {
			String[] words = words(directive);
			if (words[0].equals(PREFIX) && !isValid(words)) {
				String id = (words.length > 1) ? words[1] : "";
				findings.add(new LintFinding(
						script, statement.position(), LintSeverity.WARNING, "ignore", isKnown(id)
								? "pgkeel:ignore " + id + " has no reason" : "there is no rule '" + id + "' to ignore",
						"Write -- pgkeel:ignore <id> <reason>"));
			}
		}
		return findings;
	}

	private static boolean isValid(String[] words) {
		return words[0].equals(PREFIX) && words.length == 3 && isKnown(words[1]);
	}

	private static boolean isKnown(String id) {
		return id.equals(SilentDifferences.ID) || id.equals(ProofReport.ID)
				|| SchemaLinter.rules().stream().anyMatch((rule) -> rule.id().equals(id));
	}

	private static String[] words(String directive) {
		return directive.strip().split("\\s+", 3);
	}

}
