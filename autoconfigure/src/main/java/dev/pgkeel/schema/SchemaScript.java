package dev.pgkeel.schema;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

import org.springframework.core.io.Resource;

/**
 * One script, read.
 *
 * @param name the file's name
 * @param text the text, without a leading byte order mark
 * @param checksum the SHA-256 of the text with Unix line ends, so that a checkout on
 * Windows has the same one
 */
record SchemaScript(String name, String text, String checksum) {

	private static final String BYTE_ORDER_MARK = "\uFEFF";

	static SchemaScript read(Resource resource) {
		String name = String.valueOf(resource.getFilename());
		byte[] bytes;
		try {
			bytes = resource.getContentAsByteArray();
		}
		catch (IOException ex) {
			throw new SchemaScriptException("Schema script " + name + " cannot be read: " + ex.getMessage(),
					"Make " + resource.getDescription() + " readable.", ex);
		}
		String text = decode(name, bytes);
		return new SchemaScript(name, text, checksum(text));
	}

	/**
	 * Refuses what is not UTF-8: a wrong character stored in the database is found much
	 * later.
	 */
	private static String decode(String name, byte[] bytes) {
		CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
		ByteBuffer input = ByteBuffer.wrap(bytes);
		CharBuffer output = CharBuffer.allocate(bytes.length);
		CoderResult result = decoder.decode(input, output, true);
		String text = output.flip().toString();
		if (result.isError()) {
			throw new SchemaScriptException(
					"Schema script %s is not UTF-8: byte 0x%02x at offset %d (line %d)".formatted(name,
							bytes[input.position()], input.position(), Position.of(text, text.length()).line()),
					"Save the script as UTF-8.", null);
		}
		int zero = text.indexOf(0);
		if (zero >= 0) {
			throw new SchemaScriptException(
					"Schema script " + name + ":" + Position.of(text, zero) + " has a zero character",
					"Remove it: PostgreSQL stores none. Save the script as UTF-8 if it is UTF-16.", null);
		}
		return text.startsWith(BYTE_ORDER_MARK) ? text.substring(1) : text;
	}

	private static String checksum(String text) {
		try {
			MessageDigest digest = MessageDigest.getInstance("SHA-256");
			return HexFormat.of().formatHex(digest.digest(text.replace("\r\n", "\n").getBytes(StandardCharsets.UTF_8)));
		}
		catch (NoSuchAlgorithmException ex) {
			throw new IllegalStateException("Every Java platform has SHA-256", ex);
		}
	}

	SchemaScriptException failure(int offset, String problem, String action) {
		return new SchemaScriptException(this.name + ":" + Position.of(this.text, offset) + ": " + problem, action,
				null);
	}

}
