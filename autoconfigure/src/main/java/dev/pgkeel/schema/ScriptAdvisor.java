package dev.pgkeel.schema;

import java.util.List;

/**
 * Knows how statements can be written that do not come out the same when they run again.
 * Used by one thread, for one reading of the scripts.
 *
 * @since 0.1.0
 */
public interface ScriptAdvisor {

	/**
	 * Called for each statement of all scripts, in order.
	 * @param script the script's name
	 * @param statement the statement
	 */
	void look(String script, SqlStatement statement);

	/**
	 * Returns what there is to say about all of them.
	 * @return the advice, in the order of the statements
	 */
	List<ScriptAdvice> advice();

}
