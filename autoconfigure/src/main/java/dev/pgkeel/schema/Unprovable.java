package dev.pgkeel.schema;

import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;

/**
 * What a second run in the same transaction does not tell, since a second start would be
 * another transaction of another session.
 */
final class Unprovable {

	private static final Pattern TEMPORARY = Pattern.compile(
			"\\bcreate\\s+(?:or\\s+replace\\s+)?(?:(?:global|local)\\s+)?temp(?:orary)?\\b|\\bpg_temp\"?\\s*\\."
					+ "|(?<!\\b(?:insert|merge)\\s{1,9})\\binto\\s+(?:(?:global|local)\\s+)?temp(?:orary)?\\b",
			Pattern.CASE_INSENSITIVE);

	private static final Pattern COMMENT = Pattern.compile("--[^\\r\\n]*|/\\*.*?\\*/", Pattern.DOTALL);

	private static final Pattern LITERAL = Pattern.compile("'[^']*+'");

	private static final Pattern LEFT_OUT = Pattern.compile("pgkeel:ignore\\s+" + ProofReport.ID + "\\s+(\\S.*)",
			Pattern.DOTALL);

	/**
	 * Errors that the end of the transaction or of the session prevents.
	 */
	private static final Map<String, String> STATES = Map.of("55P04",
			"it uses a value of an enum that the same transaction has added", "55006",
			"it needs the end of the transaction before", "42P03", "the cursor of the first run is still open", "42P05",
			"the prepared statement of the first run is still there", "55P03",
			"another session held a lock for too long", "40P01", "it met another session in a deadlock");

	private Unprovable() {
	}

	/**
	 * Returns why nothing can be said of a statement.
	 * @param statement the statement
	 * @return the reason, {@code null} if it can be run again
	 */
	static @Nullable String reason(SqlStatement statement) {
		for (String directive : statement.directives()) {
			Matcher matcher = LEFT_OUT.matcher(directive);
			if (matcher.matches()) {
				return "it is left out: " + matcher.group(1);
			}
		}
		if (StatementRules.runsOutside(statement)) {
			return "it runs outside of a transaction";
		}
		if (isTemporary(statement)) {
			return "it makes something temporary, which would be gone in another session";
		}
		return switch (statement.word(0)) {
			case "DECLARE", "PREPARE" -> "what it makes would be gone in another session";
			default -> null;
		};
	}

	/**
	 * What a block executes is in literals; elsewhere they only mention something.
	 */
	private static boolean isTemporary(SqlStatement statement) {
		boolean routine = statement.word(0).equals("CREATE")
				&& (statement.words().contains("FUNCTION") || statement.words().contains("PROCEDURE"));
		Pattern mentioned = statement.word(0).equals("DO") ? COMMENT : LITERAL;
		return !routine && TEMPORARY.matcher(mentioned.matcher(statement.code()).replaceAll(" ")).find();
	}

	/**
	 * Returns why an error says nothing of a second start.
	 * @param sqlState the error's SQLSTATE
	 * @return the reason, {@code null} if a second start would fail too
	 */
	static @Nullable String reason(@Nullable String sqlState) {
		return (sqlState != null) ? STATES.get(sqlState) : null;
	}

}
