package dev.pgkeel.schema;

import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Deque;
import java.util.HashSet;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The columns of which an index, a constraint or a policy is made.
 *
 * @param type of a column: its name and its type, with which what is made of it changes;
 * empty for others
 * @param numbers the columns' numbers, 0 for all of the table
 */
record ColumnUse(String type, Set<Integer> numbers) {

	private static final int WHOLE_ROW = 0;

	private static final Pattern NUMBER = Pattern.compile("\\d+");

	/**
	 * A character that is none of the tree's own, a brace with what it opens, or a column
	 * of the first table of a query, or of one around it.
	 */
	private static final Pattern TREE = Pattern
		.compile("\\\\.|\\{(\\w*)|\\}|:varno 1 :varattno (\\d+)[^{}]*?:varlevelsup (\\d+)");

	/**
	 * Describes a column.
	 */
	static ColumnUse of(CatalogRow column) {
		String type = column.name() + ' ' + column.value("ref_type") + ' ' + column.value("atttypmod") + ' '
				+ column.value("ref_collation");
		return new ColumnUse(type, Set.of(column.sub()));
	}

	/**
	 * Finds the columns of an index, a constraint or a policy, in its key and its
	 * expressions.
	 */
	static ColumnUse by(CatalogRow row) {
		Set<Integer> numbers = new HashSet<>();
		String key = row.value("atts_key");
		// A 0 in the key stands for an expression
		for (Matcher number = NUMBER.matcher((key != null) ? key : ""); number.find();) {
			numbers.add(Integer.valueOf(number.group()));
		}
		numbers.remove(WHOLE_ROW);
		for (String label : new String[] { "tree_key", "tree_predicate", "tree_check", "tree_using" }) {
			String tree = row.value(label);
			if (tree != null) {
				add(tree, numbers);
			}
		}
		return new ColumnUse("", numbers);
	}

	/**
	 * In a policy's queries, columns of other tables have the same numbers: the policy's
	 * own table is outside of all queries.
	 */
	private static void add(String tree, Set<Integer> numbers) {
		Deque<Boolean> queries = new ArrayDeque<>();
		for (Matcher part = TREE.matcher(tree); part.find();) {
			if (part.group(1) != null) {
				queries.push(part.group(1).equals("QUERY"));
			}
			else if (part.group().equals("}")) {
				queries.poll();
			}
			else if (part.group(2) != null && Collections.frequency(queries, true) == Integer.parseInt(part.group(3))) {
				numbers.add(Integer.valueOf(part.group(2)));
			}
		}
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
