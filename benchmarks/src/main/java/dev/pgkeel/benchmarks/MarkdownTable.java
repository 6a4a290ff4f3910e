package dev.pgkeel.benchmarks;

import java.util.Collections;

/**
 * A table on standard output, where nothing else goes: the documentation shows it as it
 * is.
 */
public final class MarkdownTable {

	private MarkdownTable() {
	}

	/**
	 * Prints the head of a table.
	 * @param cells what the columns are called
	 */
	public static void head(String... cells) {
		row((Object[]) cells);
		System.out.println("|" + String.join("|", Collections.nCopies(cells.length, "---")) + "|");
	}

	/**
	 * Prints a row.
	 * @param cells what is in the columns
	 */
	public static void row(Object... cells) {
		StringBuilder row = new StringBuilder("|");
		for (Object cell : cells) {
			String text = String.valueOf(cell);
			row.append(text.isEmpty() ? " |" : " " + text + " |");
		}
		System.out.println(row);
	}

}
