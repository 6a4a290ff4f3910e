package dev.pgkeel.schema.lint;

import dev.pgkeel.schema.Position;
import dev.pgkeel.schema.SqlStatement;

/**
 * A place in a statement of a script.
 *
 * @param script the script's name
 * @param statement the statement of the script, whatever it holds
 * @param offset how far into the statement, in characters
 */
record Place(String script, SqlStatement statement, int offset) {

	Position position() {
		String text = this.statement.text();
		return this.statement.positionOf(text.codePointCount(0, Math.min(this.offset, text.length())));
	}

	Place at(int further) {
		return new Place(this.script, this.statement, this.offset + further);
	}

}
