package dev.pgkeel.autoconfigure;

/**
 * What happens when another tool is about to drop tables that hold rows.
 *
 * @since 0.1.0
 */
public enum ToolGuardAction {

	/**
	 * The application does not start.
	 */
	FAIL,

	/**
	 * The log says so.
	 */
	WARN,

	/**
	 * Nobody looks.
	 */
	OFF

}
