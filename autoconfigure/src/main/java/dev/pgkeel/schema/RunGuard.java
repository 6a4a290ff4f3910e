package dev.pgkeel.schema;

import java.sql.Connection;
import java.sql.SQLException;

/**
 * Watches over one run of scripts in a transaction. It is asked anew in each attempt.
 */
interface RunGuard {

	/**
	 * Called when the transaction is open and the lock is held, before the first
	 * statement.
	 * @param connection the connection of the scripts
	 * @param before the catalog
	 * @throws SQLException if the server cannot be asked
	 */
	void begin(Connection connection, CatalogSnapshot before) throws SQLException;

	/**
	 * Called after the last statement, before anything is recorded or committed. It may
	 * roll back to a savepoint that it made in {@link #begin} and run the scripts again.
	 * @param connection the connection of the scripts
	 * @param run the scripts
	 * @param before the catalog before the first statement
	 * @param after the catalog now
	 * @return the catalog now, which is another one if the scripts ran again
	 * @throws SQLException if the server cannot be asked
	 * @throws SchemaScriptException to refuse the run
	 */
	CatalogSnapshot check(Connection connection, ScriptRun run, CatalogSnapshot before, CatalogSnapshot after)
			throws SQLException;

}
