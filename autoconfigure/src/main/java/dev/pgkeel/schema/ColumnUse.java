package dev.pgkeel.schema;

import java.util.HashSet;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The columns of which an index or a constraint is made.
 *
 * @param type of a column: its name and its type, with which what is made of it changes;
 * empty for others
 * @param numbers the columns' numbers, 0 for all of the table
 */
record ColumnUse(String type, Set<Integer> numbers) {

	private static final int WHOLE_ROW = 0;

	private static final Pattern NUMBER = Pattern.compile("\\d+");

	private static final Pattern VARIABLE = Pattern.compile(":varattno (\\d+)");

	/**
	 * Describes a column.
	 */
	static ColumnUse of(CatalogRow column) {
		String type = column.name() + ' ' + column.value("ref_type") + ' ' + column.value("atttypmod") + ' '
				+ column.value("ref_collation");
		return new ColumnUse(type, Set.of(column.sub()));
	}

	/**
	 * Finds the columns of an index or a constraint, in its key and its expressions.
	 */
	static ColumnUse by(CatalogRow row) {
		Set<Integer> numbers = new HashSet<>();
		String key = row.value("atts_key");
		// A 0 in the key stands for an expression
		for (Matcher number = NUMBER.matcher((key != null) ? key : ""); number.find();) {
			numbers.add(Integer.valueOf(number.group()));
		}
		numbers.remove(WHOLE_ROW);
		for (String label : new String[] { "tree_key", "tree_predicate", "tree_check" }) {
			String tree = row.value(label);
			for (Matcher number = VARIABLE.matcher((tree != null) ? tree : ""); number.find();) {
				numbers.add(Integer.valueOf(number.group(1)));
			}
		}
		return new ColumnUse("", numbers);
	}

	ColumnUse and(ColumnUse other) {
		Set<Integer> both = new HashSet<>(this.numbers);
		both.addAll(other.numbers);
		return new ColumnUse("", both);
	}

	boolean contains(int column) {
		return this.numbers.contains(column) || this.numbers.contains(WHOLE_ROW);
	}

}
