package dev.pgkeel.schema.lint;

import org.jspecify.annotations.Nullable;

/**
 * What becomes of an action in the second run.
 *
 * @param action the action
 * @param place where it is
 * @param state the SQLSTATE with which it fails, {@code null} if it does not
 * @param handling what becomes of the error
 * @param guarded whether a condition around it looks whether it is to be done
 * @param newTable whether its table is new in each run, or its rows are
 * @param noKey whether its table is known to have no key
 */
record Step(Action action, Place place, @Nullable String state, Handling handling, boolean guarded, boolean newTable,
		boolean noKey) {

	boolean fails() {
		return this.state != null && this.handling != Handling.CAUGHT;
	}

	String stateShown() {
		return (this.state != null) ? Conditions.describe(this.state) : "";
	}

	/**
	 * What becomes of an error.
	 */
	enum Handling {

		/**
		 * There is no handler.
		 */
		NONE,

		/**
		 * A handler catches it.
		 */
		CAUGHT,

		/**
		 * There are handlers, but none for this error.
		 */
		MISSED

	}

}
