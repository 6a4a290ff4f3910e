package dev.pgkeel.schema;

/**
 * When schema scripts are applied.
 *
 * @since 0.1.0
 */
public enum SchemaMode {

	/**
	 * When a script is new or changed, or when an object that it made or names is no
	 * longer what the last run left behind.
	 */
	ON_CHANGE,

	/**
	 * At every start.
	 */
	ALWAYS,

	/**
	 * Never: the start fails if a script would have to be applied.
	 */
	VERIFY

}
