package dev.pgkeel.schema.lint;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Arrays;
import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * What the server says when statements run once and again.
 */
final class ServerTruth {

	private final Connection connection;

	ServerTruth(Connection connection) {
		this.connection = connection;
	}

	/**
	 * Runs a statement twice, in a transaction that is rolled back.
	 */
	Outcome inTransaction(List<String> setup, String statement) throws SQLException {
		this.connection.setAutoCommit(false);
		try {
			for (String sql : setup) {
				run(sql);
			}
			String first = attempt(statement);
			return new Outcome(first, attempt(statement));
		}
		finally {
			this.connection.rollback();
			this.connection.setAutoCommit(true);
		}
	}

	/**
	 * Runs a statement twice, each in a transaction of its own.
	 */
	Outcome committed(List<String> setup, String statement) throws SQLException {
		for (String sql : setup) {
			run(sql);
		}
		String first = state(statement);
		return new Outcome(first, state(statement));
	}

	/**
	 * Runs a statement under a savepoint.
	 * @return the SQLSTATE, {@code null} if it does not fail
	 */
	@Nullable String attempt(String statement) throws SQLException {
		try (Statement batch = this.connection.createStatement()) {
			batch.setEscapeProcessing(false);
			batch.addBatch("savepoint attempt");
			batch.addBatch(statement);
			batch.addBatch("release savepoint attempt");
			try {
				batch.executeBatch();
				return null;
			}
			catch (SQLException ex) {
				batch.execute("rollback to savepoint attempt");
				return ((ex.getNextException() != null) ? ex.getNextException() : ex).getSQLState();
			}
		}
	}

	/**
	 * Prepares {@link #attemptAll}.
	 */
	void prepare() throws SQLException {
		run("""
				create or replace function public.attempt_all(statements text[]) returns text[] language plpgsql as $$
				declare
				  statement text;
				  states text[] := '{}';
				begin
				  foreach statement in array statements loop
				    begin
				      execute statement;
				      states := pg_catalog.array_append(states, null);
				    exception when others then
				      states := pg_catalog.array_append(states, sqlstate::text);
				    end;
				  end loop;
				  return states;
				end $$""");
	}

	/**
	 * Runs many statements, each in a block of its own that catches its error.
	 * @return the SQLSTATE of each, {@code null} if it does not fail
	 */
	List<@Nullable String> attemptAll(List<String> statements) throws SQLException {
		try (PreparedStatement query = this.connection.prepareStatement("select public.attempt_all(?)")) {
			query.setArray(1, this.connection.createArrayOf("text", statements.toArray()));
			try (ResultSet row = query.executeQuery()) {
				row.next();
				return Arrays.asList((String[]) row.getArray(1).getArray());
			}
		}
	}

	private @Nullable String state(String statement) {
		try {
			run(statement);
			return null;
		}
		catch (SQLException ex) {
			return ex.getSQLState();
		}
	}

	private void run(String sql) throws SQLException {
		try (Statement statement = this.connection.createStatement()) {
			statement.setEscapeProcessing(false);
			statement.execute(sql);
		}
	}

	/**
	 * What became of both runs.
	 *
	 * @param first the SQLSTATE of the first run, {@code null} if it went well
	 * @param second the SQLSTATE of the second run, {@code null} if it went well
	 */
	record Outcome(@Nullable String first, @Nullable String second) {

		boolean failsOnSecond() {
			return this.first == null && this.second != null;
		}

		String kind() {
			return (this.first != null) ? "fails at once"
					: (this.second != null) ? "fails on the second run" : "runs twice";
		}

	}

}
