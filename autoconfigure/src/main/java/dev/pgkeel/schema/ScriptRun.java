package dev.pgkeel.schema;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLWarning;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import org.postgresql.util.PSQLWarning;
import org.postgresql.util.ServerErrorMessage;

/**
 * Scripts that run in one transaction, without the statements that cannot.
 * <p>
 * Statements are sent in chunks, each of which is one round trip under a savepoint. A
 * failed chunk does not tell which statement failed (pgjdbc 42.7), so it is rolled back
 * and run again one by one.
 */
final class ScriptRun {

	private static final Log logger = LogFactory.getLog(ScriptRun.class);

	private static final int CHUNK_STATEMENTS = 100;

	/**
	 * What is in flight must fit the buffers between client and server, or both wait for
	 * the other to read.
	 */
	private static final int CHUNK_CHARACTERS = 32_000;

	private static final String COUNTS = "track_counts";

	private static final String SAVEPOINT = "pgkeel_chunk";

	private final List<ScriptOutline> scripts;

	private final RunProgress progress;

	private final Map<String, Duration> durations = new HashMap<>();

	ScriptRun(List<ScriptOutline> scripts, RunProgress progress) {
		this.scripts = List.copyOf(scripts);
		this.progress = progress;
	}

	/**
	 * Runs more scripts after those that have run.
	 * @param more the scripts
	 * @param connection a connection with an open transaction
	 * @return all scripts, as one run
	 * @throws SQLException if the connection fails, or a lock could not be had
	 */
	ScriptRun then(List<ScriptOutline> more, Connection connection) throws SQLException {
		ScriptRun next = new ScriptRun(more, this.progress);
		next.execute(connection);
		ScriptRun all = new ScriptRun(Stream.concat(this.scripts.stream(), more.stream()).toList(), this.progress);
		all.durations.putAll(this.durations);
		all.durations.putAll(next.durations);
		return all;
	}

	/**
	 * Returns the same scripts, to be run once more.
	 */
	ScriptRun again() {
		return new ScriptRun(this.scripts, this.progress);
	}

	List<ScriptOutline> scripts() {
		return this.scripts;
	}

	/**
	 * Returns how long a script's statements took.
	 */
	Duration duration(ScriptOutline script) {
		return this.durations.getOrDefault(script.name(), Duration.ZERO);
	}

	/**
	 * Returns whether the server counts all rows that the scripts write.
	 */
	boolean isCounted(Connection connection) throws SQLException {
		return "on".equals(SessionState.of(connection, Set.of(COUNTS)).settings().get(COUNTS))
				&& !ScriptOutline.sets(this.scripts).contains(COUNTS);
	}

	/**
	 * Runs the scripts; the caller commits or rolls back.
	 * @param connection a connection with an open transaction
	 * @throws SQLException if the connection fails, or a lock could not be had
	 * @throws SchemaScriptException if a statement fails
	 */
	void execute(Connection connection) throws SQLException {
		run(connection, null);
	}

	/**
	 * Runs the scripts one statement at a time, each a round trip of its own.
	 * @param connection a connection with an open transaction
	 * @param listener told about each statement
	 * @throws SQLException if the connection fails, or a lock could not be had
	 * @throws SchemaScriptException if a statement fails
	 */
	void executeEach(Connection connection, StatementListener listener) throws SQLException {
		run(connection, listener);
	}

	private void run(Connection connection, @Nullable StatementListener listener) throws SQLException {
		if (this.scripts.isEmpty()) {
			return;
		}
		SessionState state = SessionState.of(connection);
		SessionState settings = SessionState.of(connection, ScriptOutline.sets(this.scripts));
		this.progress.begin(this.scripts.stream().mapToInt(ScriptOutline::statements).sum());
		try (Statement statement = connection.createStatement()) {
			// JDBC's {escapes} would be looked for in the bodies of functions
			statement.setEscapeProcessing(false);
			for (ScriptOutline script : this.scripts) {
				long start = System.nanoTime();
				run(script, statement, state, listener);
				restore(statement, state, settings);
				this.durations.put(script.name(), Duration.ofNanos(System.nanoTime() - start));
			}
		}
	}

	/**
	 * In the role that the run began with, which another authorization of the session
	 * takes away again.
	 */
	private static void restore(Statement statement, SessionState state, SessionState settings) throws SQLException {
		statement.execute(state.restoring());
		if (!settings.isEmpty()) {
			statement.execute(settings.restoringChanged(SchemaTransaction.SETTINGS));
			statement.execute(state.restoring());
		}
	}

	private void run(ScriptOutline outline, Statement statement, SessionState start,
			@Nullable StatementListener listener) throws SQLException {
		SchemaScript script = outline.script();
		try (SqlSplitter splitter = new SqlSplitter(script)) {
			List<SqlStatement> chunk = new ArrayList<>();
			int characters = 0;
			for (SqlStatement sql = splitter.next(); sql != null; sql = splitter.next()) {
				if (StatementRules.runsOutside(sql)) {
					if (listener == null) {
						chunk(script, chunk, statement);
						chunk.clear();
						characters = 0;
						OutsideSettings.check(outline, sql, start, statement);
					}
				}
				else if (listener != null) {
					one(script, sql, statement, listener);
				}
				else if (outline.savepoints()) {
					one(script, sql, statement);
				}
				else {
					if (chunk.size() == CHUNK_STATEMENTS || characters + sql.text().length() > CHUNK_CHARACTERS) {
						chunk(script, chunk, statement);
						chunk.clear();
						characters = 0;
					}
					chunk.add(sql);
					characters += sql.text().length();
				}
			}
			chunk(script, chunk, statement);
		}
	}

	private void chunk(SchemaScript script, List<SqlStatement> chunk, Statement statement) throws SQLException {
		if (chunk.isEmpty()) {
			return;
		}
		this.progress.at(script, chunk.get(0));
		statement.addBatch("savepoint " + SAVEPOINT);
		for (SqlStatement sql : chunk) {
			add(script, sql, statement);
		}
		statement.addBatch("release savepoint " + SAVEPOINT);
		try {
			statement.executeBatch();
			logWarnings(script, statement);
		}
		catch (SQLException ex) {
			statement.clearBatch();
			SQLException failure = RunFailure.rootOf(ex);
			if (endsTheRun(failure)) {
				throw failure;
			}
			rollBackChunk(statement, failure);
			for (SqlStatement sql : chunk) {
				one(script, sql, statement);
			}
			statement.execute("release savepoint " + SAVEPOINT);
		}
		this.progress.ran(chunk.size());
	}

	/**
	 * The driver reads a statement before any is sent.
	 */
	private void add(SchemaScript script, SqlStatement sql, Statement statement) throws SQLException {
		try {
			statement.addBatch(sql.text());
		}
		catch (SQLException ex) {
			statement.clearBatch();
			this.progress.at(script, sql);
			throw StatementFailure.of(script, sql, ex);
		}
	}

	private void one(SchemaScript script, SqlStatement sql, Statement statement, StatementListener listener)
			throws SQLException {
		if (listener.skips(script, sql)) {
			return;
		}
		listener.before(script, sql);
		try {
			one(script, sql, statement);
		}
		catch (SchemaScriptException ex) {
			if (ex.getCause() instanceof SQLException failure && listener.failed(script, sql, failure)) {
				return;
			}
			throw ex;
		}
		listener.after(script, sql);
	}

	private void one(SchemaScript script, SqlStatement sql, Statement statement) throws SQLException {
		this.progress.at(script, sql);
		try {
			statement.execute(sql.text());
		}
		catch (SQLException ex) {
			if (endsTheRun(ex)) {
				throw ex;
			}
			throw StatementFailure.of(script, sql, ex);
		}
		logWarnings(script, statement);
	}

	private boolean endsTheRun(SQLException ex) {
		return !RunFailure.isOfAStatement(ex) || (RunFailure.isTransient(ex) && !this.progress.isLastAttempt());
	}

	/**
	 * What ended the session stays the reason, not that it cannot be used any more.
	 */
	private static void rollBackChunk(Statement statement, SQLException failure) throws SQLException {
		try {
			statement.clearWarnings();
			statement.execute("rollback to savepoint " + SAVEPOINT);
		}
		catch (SQLException ex) {
			failure.addSuppressed(ex);
			throw failure;
		}
	}

	private static void logWarnings(SchemaScript script, Statement statement) throws SQLException {
		for (SQLWarning warning = statement.getWarnings(); warning != null; warning = warning.getNextWarning()) {
			ServerErrorMessage message = (warning instanceof PSQLWarning pg) ? pg.getServerErrorMessage() : null;
			if (message != null && StatementFailure.isWarning(message)) {
				logger.warn(script.name() + ": " + StatementFailure.describe(message));
			}
			else {
				logger.debug(script.name() + ": " + warning.getMessage());
			}
		}
		statement.clearWarnings();
	}

}
