package dev.pgkeel.schema;

/**
 * A place in a script.
 *
 * @param line the line, from 1
 * @param column the column, from 1, or 0 if it is not known
 * @since 0.1.0
 */
public record Position(int line, int column) {

	static final int UNKNOWN_COLUMN = 0;

	private static final int LONGEST_LINE = 120;

	static Position of(String text, int offset) {
		int line = 1;
		int lineStart = 0;
		for (int i = 0; i < Math.min(offset, text.length()); i++) {
			if (endsLine(text, i)) {
				line++;
				lineStart = i + 1;
			}
		}
		return new Position(line, text.codePointCount(lineStart, Math.min(offset, text.length())) + 1);
	}

	/**
	 * A line ends at a line feed, and at a carriage return that none follows.
	 */
	private static boolean endsLine(String text, int index) {
		char ch = text.charAt(index);
		return ch == '\n' || (ch == '\r' && (index + 1 == text.length() || text.charAt(index + 1) != '\n'));
	}

	/**
	 * Shows the place in its line.
	 * @param text the line
	 * @return the line, cut where it is too long to read, with a caret below the place
	 */
	String pointer(String text) {
		if (this.column == UNKNOWN_COLUMN) {
			return "  " + cut(text, 0);
		}
		int offset = Math.min(this.column - 1, text.codePointCount(0, text.length()));
		int index = text.offsetByCodePoints(0, offset);
		int from = (index > LONGEST_LINE / 2 && text.length() > LONGEST_LINE) ? index - LONGEST_LINE / 2 : 0;
		String before = text.substring(from, index).replaceAll("[^\t]", " ");
		return "  " + cut(text, from) + System.lineSeparator() + "  " + before + "^";
	}

	private static String cut(String text, int from) {
		return text.substring(from, Math.min(text.length(), from + LONGEST_LINE));
	}

	@Override
	public String toString() {
		return (this.column == UNKNOWN_COLUMN) ? String.valueOf(this.line) : this.line + ":" + this.column;
	}

}
