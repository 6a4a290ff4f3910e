package dev.pgkeel.schema;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLWarning;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import dev.pgkeel.schema.SchemaReport.AppliedScript;
import dev.pgkeel.schema.SchemaReport.Outcome;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.postgresql.util.PSQLWarning;
import org.postgresql.util.ServerErrorMessage;

/**
 * All scripts, run in the transaction of one connection.
 */
final class ScriptRun {

	private static final Log logger = LogFactory.getLog(ScriptRun.class);

	private final List<SplitScript> scripts;

	private ScriptRun(List<SplitScript> scripts) {
		this.scripts = scripts;
	}

	/**
	 * Splits the scripts, so that none runs when one of them cannot be read.
	 */
	static ScriptRun of(List<SchemaScript> scripts) {
		return new ScriptRun(
				scripts.stream().map((script) -> new SplitScript(script, SqlSplitter.split(script))).toList());
	}

	/**
	 * Runs the scripts; the caller commits or rolls back.
	 * @param connection a connection with an open transaction
	 * @return what was run
	 * @throws SQLException if the connection fails
	 * @throws SchemaScriptException if a statement fails
	 */
	List<AppliedScript> execute(Connection connection) throws SQLException {
		List<AppliedScript> applied = new ArrayList<>();
		try (Statement statement = connection.createStatement()) {
			// JDBC's {escapes} would be looked for in the bodies of functions
			statement.setEscapeProcessing(false);
			for (SplitScript script : this.scripts) {
				applied.add(execute(script, statement));
			}
		}
		return applied;
	}

	private static AppliedScript execute(SplitScript script, Statement statement) throws SQLException {
		long start = System.nanoTime();
		for (SqlStatement sql : script.statements()) {
			try {
				statement.execute(sql.text());
			}
			catch (SQLException ex) {
				throw StatementFailure.of(script.script(), sql, ex);
			}
			logWarnings(script.script(), statement);
		}
		Duration duration = Duration.ofNanos(System.nanoTime() - start);
		return new AppliedScript(script.script().name(), script.script().checksum(), Outcome.APPLIED,
				script.statements().size(), duration);
	}

	private static void logWarnings(SchemaScript script, Statement statement) throws SQLException {
		for (SQLWarning warning = statement.getWarnings(); warning != null; warning = warning.getNextWarning()) {
			ServerErrorMessage message = (warning instanceof PSQLWarning pg) ? pg.getServerErrorMessage() : null;
			if (message != null && "WARNING".equals(message.getSeverity())) {
				logger.warn(script.name() + ": " + StatementFailure.describe(message));
			}
			else {
				logger.debug(script.name() + ": " + warning.getMessage());
			}
		}
		statement.clearWarnings();
	}

	/**
	 * A script and its statements.
	 *
	 * @param script the script
	 * @param statements its statements
	 */
	private record SplitScript(SchemaScript script, List<SqlStatement> statements) {

	}

}
