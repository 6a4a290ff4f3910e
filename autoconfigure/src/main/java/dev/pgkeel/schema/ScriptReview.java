package dev.pgkeel.schema;

import java.sql.Connection;
import java.util.List;

/**
 * Looks at the scripts of one start before anything of them runs. Used by one thread;
 * what it came to may be read by any.
 *
 * @since 0.1.0
 */
public interface ScriptReview {

	/**
	 * Returns whether it also looks when nothing has to be applied.
	 * @return whether it looks at every start
	 */
	boolean everyStart();

	/**
	 * Called for each statement of all scripts, in order.
	 * @param script the script's name
	 * @param statement the statement
	 */
	void look(String script, SqlStatement statement);

	/**
	 * Called after the last statement.
	 * @param serverVersion the server's major version
	 * @throws SchemaScriptException if the scripts must not run
	 */
	void decide(int serverVersion);

	/**
	 * Called after all scripts have been applied, or need not be.
	 * @param connection a connection without an open transaction, with which nothing may
	 * be changed
	 */
	void compare(Connection connection);

	/**
	 * Returns what there is to say.
	 * @return the advice, in the order of the statements
	 */
	List<ScriptAdvice> advice();

}
