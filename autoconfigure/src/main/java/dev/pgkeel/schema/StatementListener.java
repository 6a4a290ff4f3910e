package dev.pgkeel.schema;

import java.sql.SQLException;

/**
 * Told about each statement of a run that goes statement by statement.
 */
interface StatementListener {

	/**
	 * Called before a statement runs.
	 * @param script the script
	 * @param statement the statement
	 * @throws SQLException if the server cannot be asked
	 */
	void before(SchemaScript script, SqlStatement statement) throws SQLException;

	/**
	 * Called after a statement ran.
	 * @param script the script
	 * @param statement the statement
	 * @throws SQLException if the server cannot be asked
	 */
	void after(SchemaScript script, SqlStatement statement) throws SQLException;

}
