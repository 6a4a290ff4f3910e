package dev.pgkeel.schema;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Reads a script character by character, and knows where it is. Only a window of the
 * script is in memory.
 * <p>
 * What is not UTF-8 is refused: a wrong character stored in the database is found much
 * later.
 */
final class ScriptReader implements AutoCloseable {

	static final int END = -1;

	private static final char BYTE_ORDER_MARK = '\uFEFF';

	private static final int WINDOW = 8192;

	private final SchemaScript script;

	private final InputStream input;

	private final CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();

	private final ByteBuffer bytes = ByteBuffer.allocate(WINDOW).flip();

	private char[] window = new char[WINDOW];

	private int start;

	private int end;

	private long bytesDecoded;

	private boolean exhausted;

	private int line = 1;

	private int column = 1;

	ScriptReader(SchemaScript script) {
		this.script = script;
		this.input = script.open();
		if (peek() == BYTE_ORDER_MARK) {
			this.start++;
		}
	}

	/**
	 * Returns the next character without taking it.
	 * @return the character, or {@link #END}
	 */
	int peek() {
		return (this.start < this.end) ? this.window[this.start] : peek(0);
	}

	/**
	 * Returns a character ahead without taking it.
	 * @param distance how far ahead, 0 for the next one
	 * @return the character, or {@link #END}
	 */
	int peek(int distance) {
		while (this.end - this.start <= distance) {
			if (this.exhausted) {
				return END;
			}
			fill();
		}
		return this.window[this.start + distance];
	}

	/**
	 * Returns whether the next characters are those of a text.
	 * @param text the text
	 * @return whether it comes next
	 */
	boolean startsWith(String text) {
		for (int i = 0; i < text.length(); i++) {
			if (peek(i) != text.charAt(i)) {
				return false;
			}
		}
		return true;
	}

	/**
	 * Takes the next character, of which there is one.
	 * @return the character
	 */
	char read() {
		char ch = (char) peek();
		this.start++;
		if (ch == '\n' || (ch == '\r' && peek() != '\n')) {
			this.line++;
			this.column = 1;
		}
		else if (!Character.isLowSurrogate(ch)) {
			this.column++;
		}
		if (ch == 0) {
			throw new SchemaScriptException(
					"Schema script %s:%d:%d has a zero character".formatted(this.script.name(), this.line,
							this.column - 1),
					"Remove it: PostgreSQL stores none. Save the script as UTF-8 if it is UTF-16.", null);
		}
		return ch;
	}

	/**
	 * Returns the place of the next character.
	 * @return the place
	 */
	Position position() {
		return new Position(this.line, this.column);
	}

	private void fill() {
		if (this.start > 0) {
			System.arraycopy(this.window, this.start, this.window, 0, this.end - this.start);
			this.end -= this.start;
			this.start = 0;
		}
		if (this.window.length - this.end < WINDOW / 2) {
			this.window = Arrays.copyOf(this.window, this.window.length * 2);
		}
		boolean last = refill();
		CharBuffer output = CharBuffer.wrap(this.window, this.end, this.window.length - this.end);
		int before = this.bytes.position();
		CoderResult result = this.decoder.decode(this.bytes, output, last);
		this.bytesDecoded += this.bytes.position() - before;
		this.end = output.position();
		if (result.isError()) {
			throw notUtf8();
		}
		this.exhausted = last && !this.bytes.hasRemaining();
	}

	private boolean refill() {
		try {
			this.bytes.compact();
			int read = this.input.read(this.bytes.array(), this.bytes.position(), this.bytes.remaining());
			if (read > 0) {
				this.bytes.position(this.bytes.position() + read);
			}
			this.bytes.flip();
			return read < 0;
		}
		catch (IOException ex) {
			throw this.script.unreadable(ex);
		}
	}

	private SchemaScriptException notUtf8() {
		int lines = 0;
		for (int i = this.start; i < this.end; i++) {
			boolean ends = this.window[i] == '\n'
					|| (this.window[i] == '\r' && (i + 1 == this.end || this.window[i + 1] != '\n'));
			lines += ends ? 1 : 0;
		}
		return new SchemaScriptException(
				"Schema script %s is not UTF-8: byte 0x%02x at offset %d (line %d)".formatted(this.script.name(),
						this.bytes.get(this.bytes.position()), this.bytesDecoded, this.line + lines),
				"Save the script as UTF-8.", null);
	}

	@Override
	public void close() {
		try {
			this.input.close();
		}
		catch (IOException ex) {
			throw this.script.unreadable(ex);
		}
	}

}
