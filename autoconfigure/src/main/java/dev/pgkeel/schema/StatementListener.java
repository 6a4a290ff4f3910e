package dev.pgkeel.schema;

import java.sql.SQLException;

/**
 * Told about each statement of a run that goes statement by statement.
 */
interface StatementListener {

	/**
	 * Returns whether a statement is left out.
	 * @param script the script
	 * @param statement the statement
	 * @return whether it does not run
	 */
	default boolean skips(SchemaScript script, SqlStatement statement) {
		return false;
	}

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

	/**
	 * Called when a statement fails.
	 * @param script the script
	 * @param statement the statement
	 * @param failure the server's error
	 * @return whether the run goes on with the next statement
	 * @throws SQLException if the server cannot be asked
	 */
	default boolean failed(SchemaScript script, SqlStatement statement, SQLException failure) throws SQLException {
		return false;
	}

}
