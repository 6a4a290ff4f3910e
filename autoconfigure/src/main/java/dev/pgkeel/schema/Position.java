package dev.pgkeel.schema;

/**
 * A place in a script.
 *
 * @param line the line, from 1
 * @param column the column, from 1
 */
record Position(int line, int column) {

	static Position of(String text, int offset) {
		int line = 1;
		int lineStart = 0;
		for (int i = text.indexOf('\n'); i >= 0 && i < offset; i = text.indexOf('\n', i + 1)) {
			line++;
			lineStart = i + 1;
		}
		return new Position(line, text.codePointCount(lineStart, Math.min(offset, text.length())) + 1);
	}

	@Override
	public String toString() {
		return this.line + ":" + this.column;
	}

}
