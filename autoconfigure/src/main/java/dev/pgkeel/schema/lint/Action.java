package dev.pgkeel.schema.lint;

import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * One thing that a statement does, as far as it matters when it is done again.
 */
sealed interface Action {

	/**
	 * Creates an object.
	 *
	 * @param kind its kind
	 * @param key its identity
	 * @param label what to call it
	 * @param guarded whether the statement itself does nothing, or replaces it, when it
	 * exists
	 * @param temporary whether it ends with the session
	 * @param needs identities of the objects that it goes with
	 * @param parts what comes into being with it, and only if it does
	 */
	record Create(ObjectKind kind, String key, String label, boolean guarded, boolean temporary, List<String> needs,
			List<Action> parts) implements Action {

		static Create of(ObjectKind kind, String key, String label, boolean guarded, List<String> needs) {
			return new Create(kind, key, label, guarded, false, needs, List.of());
		}

		Create withParts(List<Action> others) {
			return new Create(this.kind, this.key, this.label, this.guarded, this.temporary, this.needs, others);
		}

	}

	/**
	 * Drops an object.
	 *
	 * @param kind its kind
	 * @param key its identity
	 * @param label what to call it
	 * @param guarded whether the statement does nothing when it is missing
	 */
	record Drop(ObjectKind kind, String key, String label, boolean guarded) implements Action {

	}

	/**
	 * Gives an object another name or another schema.
	 *
	 * @param kind its kind
	 * @param from its identity before
	 * @param to its identity afterwards
	 * @param label what to call it
	 * @param guarded whether the statement does nothing when it is missing
	 * @param state the SQLSTATE when the old name is missing
	 */
	record Rename(ObjectKind kind, String from, String to, String label, boolean guarded,
			String state) implements Action {

		/**
		 * Returns whether an index gets the name of the constraint that is added with it.
		 */
		boolean addsConstraint() {
			return this.kind == ObjectKind.INDEX && this.label.startsWith("CONSTRAINT ");
		}

	}

	/**
	 * Makes a table's columns unique.
	 *
	 * @param table the table
	 * @param columns the columns, empty for a key of another kind
	 * @param owner identity of the constraint or index that it is, empty if not known
	 */
	record UniqueKey(String table, List<String> columns, String owner) implements Action {

	}

	/**
	 * Tells the columns that a new table has.
	 *
	 * @param table the table
	 * @param columns their names, in order
	 */
	record Columns(String table, List<String> columns) implements Action {

	}

	/**
	 * Inserts rows.
	 *
	 * @param table the table
	 * @param columns the columns, empty if not named
	 * @param rows the values of each row, {@code null} for one that is not constant
	 * @param onConflict whether it has {@code ON CONFLICT}
	 * @param onlyMissing whether its query looks for what is missing
	 */
	record Insert(String table, List<String> columns, List<List<@Nullable String>> rows, boolean onConflict,
			boolean onlyMissing) implements Action {

	}

	/**
	 * Creates an object that the server names, another one each time.
	 *
	 * @param kind its kind
	 * @param table the table that it belongs to
	 */
	record Unnamed(ObjectKind kind, String table) implements Action {

	}

	/**
	 * Updates rows from what is in them.
	 *
	 * @param table the table
	 * @param column the column
	 */
	record RelativeUpdate(String table, String column) implements Action {

	}

	/**
	 * Empties a table.
	 *
	 * @param table the table
	 * @param command how
	 */
	record Empty(String table, String command) implements Action {

	}

	/**
	 * Sets a sequence back.
	 *
	 * @param command how
	 */
	record SetSequence(String command) implements Action {

	}

	/**
	 * Converts a column from what is in it.
	 *
	 * @param table the table
	 * @param column the column
	 * @param fails whether the conversion does not exist for the column's new type
	 */
	record Convert(String table, String column, boolean fails) implements Action {

	}

	/**
	 * Gives a column another type.
	 *
	 * @param key identity of the column
	 */
	record Retype(String key) implements Action {

	}

	/**
	 * Locks a table against everybody, whether something changes or not.
	 *
	 * @param table the table
	 * @param command what it does
	 * @param lookup where the catalog tells whether something is to do
	 */
	record Lock(String table, String command, String lookup) implements Action {

	}

	/**
	 * Is no SQL of PostgreSQL's.
	 *
	 * @param clause the clause that does not exist
	 * @param state the SQLSTATE
	 * @param rewrite what to write instead
	 */
	record Impossible(String clause, String state, String rewrite) implements Action {

	}

	/**
	 * Drops whatever belongs to something, which is not known one by one.
	 *
	 * @param key identity of what it belongs to
	 */
	record Forget(String key) implements Action {

	}

	/**
	 * Creates again what was dropped before.
	 *
	 * @param kind its kind
	 * @param label what to call it
	 */
	record Recreate(ObjectKind kind, String label) implements Action {

	}

	/**
	 * Catches every error and says nothing.
	 *
	 * @param statement what may fail without a word
	 */
	record HideErrors(String statement) implements Action {

	}

	/**
	 * Is left out because a handler caught an error before it.
	 *
	 * @param statement what is left out
	 * @param state the error's SQLSTATE
	 */
	record Skip(String statement, String state) implements Action {

	}

}
