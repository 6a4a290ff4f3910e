package dev.pgkeel.schema;

import java.sql.SQLException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;

/**
 * Turns the server's error into one that names the place in the script.
 */
final class StatementFailure {

	/**
	 * Where PL/pgSQL failed in a {@code DO} block, in any language of the server's
	 * messages. The last one is the outermost.
	 */
	private static final Pattern BLOCK_LINE = Pattern.compile("inline_code_block\\D+(\\d+)");

	private static final Pattern BLOCK_START = Pattern.compile("(?is)DO\\b.*?(\\$\\w*\\$)");

	private StatementFailure() {
	}

	static SchemaScriptException of(SchemaScript script, SqlStatement statement, SQLException ex) {
		ServerErrorMessage error = (ex instanceof PSQLException pg) ? pg.getServerErrorMessage() : null;
		String message = (error != null) ? describe(error) : String.valueOf(ex.getMessage());
		return new SchemaScriptException(
				"%s:%s: %s (SQLSTATE %s)".formatted(script.name(), place(script, statement, error), message,
						ex.getSQLState()),
				action(ex.getSQLState())
						+ " Nothing of the schema scripts was applied: the transaction was rolled back.",
				ex);
	}

	private static String action(@Nullable String sqlState) {
		if ("42501".equals(sqlState)) {
			return "Let a role apply the scripts that owns the objects or has the privilege, or set"
					+ " pgkeel.schema.enabled=false here.";
		}
		if ("25006".equals(sqlState)) {
			return "Connect to the primary, or set pgkeel.schema.enabled=false here: this server or role only reads.";
		}
		return "Correct the script.";
	}

	static String describe(ServerErrorMessage error) {
		StringBuilder text = new StringBuilder(String.valueOf(error.getMessage()));
		if (error.getDetail() != null) {
			text.append(". ").append(error.getDetail());
		}
		if (error.getHint() != null) {
			text.append(". Hint: ").append(error.getHint());
		}
		return text.toString();
	}

	private static String place(SchemaScript script, SqlStatement statement, @Nullable ServerErrorMessage error) {
		if (error != null && error.getPosition() > 0) {
			int offset = statement.text()
				.offsetByCodePoints(0, Math.min(error.getPosition() - 1,
						statement.text().codePointCount(0, statement.text().length())));
			return Position.of(script.text(), statement.offset() + offset).toString();
		}
		Integer blockLine = (error != null) ? blockLine(statement, error.getWhere()) : null;
		if (blockLine != null) {
			return String.valueOf(Position.of(script.text(), statement.offset()).line() + blockLine);
		}
		return Position.of(script.text(), statement.offset()).toString();
	}

	/**
	 * Returns the line in the statement, from 0. The server counts the lines of a block
	 * from the one of the opening dollar quote, as 1.
	 */
	private static @Nullable Integer blockLine(SqlStatement statement, @Nullable String where) {
		Matcher start = BLOCK_START.matcher(statement.text());
		if (where == null || !start.lookingAt()) {
			return null;
		}
		Integer line = null;
		for (Matcher matcher = BLOCK_LINE.matcher(where); matcher.find();) {
			line = Integer.valueOf(matcher.group(1));
		}
		return (line != null) ? Position.of(statement.text(), start.end()).line() - 1 + line - 1 : null;
	}

}
