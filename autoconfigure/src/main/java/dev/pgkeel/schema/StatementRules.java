package dev.pgkeel.schema;

import java.util.List;
import java.util.Map;
import java.util.Set;

import org.jspecify.annotations.Nullable;

/**
 * Which statements may be in a script, and which of them cannot run in a transaction.
 */
final class StatementRules {

	/**
	 * First words of statements that the server refuses inside a transaction and that are
	 * not a script's to run.
	 */
	private static final Map<String, Set<String>> OUTSIDE_AND_FOREIGN = Map.of("CREATE",
			Set.of("DATABASE", "TABLESPACE"), "DROP", Set.of("DATABASE", "TABLESPACE"), "ALTER", Set.of("SYSTEM"),
			"DISCARD", Set.of("ALL"));

	private static final Set<String> ONE_RELATION = Set.of("INDEX", "TABLE");

	private static final Set<String> WHOLE_DATABASE = Set.of("DATABASE", "SYSTEM", "SCHEMA");

	private static final Set<String> SAVEPOINTS = Set.of("SAVEPOINT", "RELEASE", "ROLLBACK");

	private StatementRules() {
	}

	static void refuseUnrunnable(SchemaScript script, SqlStatement statement) {
		String command = transactionCommand(statement);
		if (command != null) {
			throw script.failure(statement.position(), command + " is not allowed in a schema script",
					"Remove it: all scripts run in one transaction, which pgkeel begins and commits.");
		}
		command = foreignCommand(statement);
		if (command != null) {
			throw script.failure(statement.position(),
					command + " is not allowed in a schema script: it cannot run in a transaction",
					"Remove it, and run it by hand, as an administrator.");
		}
	}

	/**
	 * The rows of {@code COPY ... FROM stdin} follow in {@code psql}'s own format, and
	 * could be taken for SQL: they are refused before.
	 */
	static void refuseCopy(SchemaScript script, @Nullable Position start, List<String> words, String previous,
			String word) {
		boolean from = previous.equals("FROM") && word.equals("STDIN");
		boolean to = previous.equals("TO") && word.equals("STDOUT");
		if ((from || to) && start != null && !words.isEmpty() && words.get(0).equals("COPY")) {
			throw script.failure(start,
					"COPY ... " + (from ? "FROM stdin" : "TO stdout") + " is not allowed in a schema script",
					"Write INSERT statements: scripts are run by the application, not by psql.");
		}
	}

	/**
	 * Savepoints are welcome; what would end the transaction of all scripts is not.
	 */
	private static @Nullable String transactionCommand(SqlStatement statement) {
		String first = statement.word(0);
		return switch (first) {
			case "BEGIN", "COMMIT", "END", "ABORT" -> first;
			case "START" -> statement.word(1).equals("TRANSACTION") ? "START TRANSACTION" : null;
			case "PREPARE" -> statement.word(1).equals("TRANSACTION") ? "PREPARE TRANSACTION" : null;
			case "ROLLBACK" -> statement.words().contains("TO") ? null : first;
			default -> null;
		};
	}

	private static @Nullable String foreignCommand(SqlStatement statement) {
		String first = statement.word(0);
		String second = statement.word(1);
		if (OUTSIDE_AND_FOREIGN.getOrDefault(first, Set.of()).contains(second)) {
			return first + " " + second;
		}
		if (first.equals("ALTER") && second.equals("DATABASE") && statement.words().contains("TABLESPACE")) {
			return "ALTER DATABASE ... SET TABLESPACE";
		}
		if (first.equals("REINDEX") && !statement.words().contains("CONCURRENTLY")) {
			return statement.words()
				.stream()
				.filter((word) -> ONE_RELATION.contains(word) || WHOLE_DATABASE.contains(word))
				.findFirst()
				.filter(WHOLE_DATABASE::contains)
				.map("REINDEX "::concat)
				.orElse(null);
		}
		return (first.equals("CLUSTER") && statement.words().size() == 1) ? "CLUSTER without a table" : null;
	}

	/**
	 * Returns whether a statement runs after the commit, by itself.
	 * @param statement a statement that may be in a script
	 * @return whether the server refuses it inside a transaction
	 */
	static boolean runsOutside(SqlStatement statement) {
		String first = statement.word(0);
		return switch (first) {
			case "VACUUM" -> true;
			case "REINDEX" -> statement.words().contains("CONCURRENTLY");
			case "CREATE", "DROP" -> isIndexConcurrently(statement);
			case "ALTER" -> statement.words().contains("DETACH")
					&& statement.words().get(statement.words().size() - 1).equals("CONCURRENTLY");
			default -> false;
		};
	}

	private static boolean isIndexConcurrently(SqlStatement statement) {
		int index = statement.word(1).equals("UNIQUE") ? 2 : 1;
		return statement.word(index).equals("INDEX") && statement.word(index + 1).equals("CONCURRENTLY");
	}

	static boolean isSavepoint(SqlStatement statement) {
		return SAVEPOINTS.contains(statement.word(0));
	}

}
