package dev.pgkeel.autoconfigure;

/**
 * What is done with advice about schema scripts.
 *
 * @since 0.1.0
 */
public enum SchemaLintMode {

	/**
	 * The scripts are not looked at.
	 */
	OFF,

	/**
	 * The advice is logged.
	 */
	WARN,

	/**
	 * Scripts with errors are refused too.
	 */
	FAIL

}
