package dev.pgkeel.schema;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.LinkedHashMap;
import java.util.Map;

import dev.pgkeel.schema.ProofPass.Place;

/**
 * Runs scripts on a database that may have them already, and goes on after a statement
 * that fails.
 */
final class FirstPass implements StatementListener {

	private static final String SAVEPOINT = "pgkeel_first";

	private final Connection connection;

	private final Map<Place, SQLException> failures = new LinkedHashMap<>();

	FirstPass(Connection connection) {
		this.connection = connection;
	}

	/**
	 * Runs scripts.
	 * @return the statements that failed, with the server's errors
	 */
	Map<Place, SQLException> run(ScriptRun run) throws SQLException {
		execute("savepoint pgkeel_scripts");
		try {
			run.execute(this.connection);
		}
		catch (SchemaScriptException ex) {
			execute("rollback to savepoint pgkeel_scripts");
			run.executeEach(this.connection, this);
		}
		execute("release savepoint pgkeel_scripts");
		return this.failures;
	}

	@Override
	public void before(SchemaScript script, SqlStatement statement) throws SQLException {
		if (!StatementRules.isSavepoint(statement)) {
			execute("savepoint " + SAVEPOINT);
		}
	}

	@Override
	public void after(SchemaScript script, SqlStatement statement) throws SQLException {
		if (!StatementRules.isSavepoint(statement)) {
			execute("release savepoint " + SAVEPOINT);
		}
	}

	@Override
	public boolean failed(SchemaScript script, SqlStatement statement, SQLException failure) throws SQLException {
		if (StatementRules.isSavepoint(statement)) {
			return false;
		}
		execute("rollback to savepoint " + SAVEPOINT);
		this.failures.put(new Place(script, statement), failure);
		return true;
	}

	private void execute(String sql) throws SQLException {
		try (Statement statement = this.connection.createStatement()) {
			statement.execute(sql);
		}
	}

}
