package dev.pgkeel.schema;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.Map;

import dev.pgkeel.schema.ProofPass.Place;

/**
 * Runs scripts on a database that may have them already, and goes on after a statement
 * that fails.
 */
final class FirstPass implements StatementListener {

	private final Connection connection;

	private final StatementSavepoint savepoint;

	private final Map<Place, SQLException> failures = new LinkedHashMap<>();

	FirstPass(Connection connection) {
		this.connection = connection;
		this.savepoint = new StatementSavepoint(connection, "pgkeel_first");
	}

	/**
	 * Runs scripts.
	 * @return the statements that failed, with the server's errors
	 */
	Map<Place, SQLException> run(ScriptRun run) throws SQLException {
		this.savepoint.execute("savepoint pgkeel_scripts");
		try {
			run.execute(this.connection);
		}
		catch (SchemaScriptException ex) {
			this.savepoint.execute("rollback to savepoint pgkeel_scripts");
			run.executeEach(this.connection, this);
		}
		this.savepoint.execute("release savepoint pgkeel_scripts");
		return this.failures;
	}

	@Override
	public void before(SchemaScript script, SqlStatement statement) throws SQLException {
		this.savepoint.set(statement);
	}

	@Override
	public void after(SchemaScript script, SqlStatement statement) throws SQLException {
		if (!StatementRules.isSavepoint(statement)) {
			this.savepoint.release();
		}
	}

	@Override
	public boolean failed(SchemaScript script, SqlStatement statement, SQLException failure) throws SQLException {
		if (StatementRules.isSavepoint(statement)) {
			return false;
		}
		this.savepoint.rollBack();
		this.failures.put(new Place(script, statement), failure);
		return true;
	}

}
