package dev.pgkeel.schema;

import java.io.BufferedInputStream;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;

import org.springframework.core.io.Resource;

/**
 * One script, which is read anew by whoever needs its text.
 *
 * @param name the file's name
 * @param resource the file
 * @param checksum the SHA-256 of its text without a byte order mark and with Unix line
 * ends, so that a checkout on Windows has the same one
 */
record SchemaScript(String name, Resource resource, String checksum) {

	private static final int BUFFER = 8192;

	private static final byte[] BYTE_ORDER_MARK = { (byte) 0xef, (byte) 0xbb, (byte) 0xbf };

	static SchemaScript of(Resource resource) {
		SchemaScript script = new SchemaScript(String.valueOf(resource.getFilename()), resource, "");
		return new SchemaScript(script.name(), resource, script.currentChecksum());
	}

	InputStream open() {
		try {
			return this.resource.getInputStream();
		}
		catch (IOException ex) {
			throw unreadable(ex);
		}
	}

	/**
	 * Reads the script for its checksum.
	 * @return the checksum of the text that is there now
	 */
	String currentChecksum() {
		MessageDigest digest = sha256();
		try (InputStream input = new BufferedInputStream(open(), BUFFER)) {
			input.mark(BYTE_ORDER_MARK.length);
			if (!Arrays.equals(input.readNBytes(BYTE_ORDER_MARK.length), BYTE_ORDER_MARK)) {
				input.reset();
			}
			byte[] block = new byte[BUFFER];
			boolean carriageReturn = false;
			for (int read = input.read(block); read >= 0; read = input.read(block)) {
				int from = 0;
				for (int i = 0; i < read; i++) {
					if (carriageReturn && block[i] != '\n') {
						digest.update((byte) '\r');
					}
					carriageReturn = block[i] == '\r';
					if (carriageReturn) {
						digest.update(block, from, i - from);
						from = i + 1;
					}
				}
				digest.update(block, from, read - from);
			}
			if (carriageReturn) {
				digest.update((byte) '\r');
			}
		}
		catch (IOException ex) {
			throw unreadable(ex);
		}
		return HexFormat.of().formatHex(digest.digest());
	}

	static MessageDigest sha256() {
		try {
			return MessageDigest.getInstance("SHA-256");
		}
		catch (NoSuchAlgorithmException ex) {
			throw new IllegalStateException("Every Java platform has SHA-256", ex);
		}
	}

	/**
	 * Reads one line, to show it.
	 * @param number the line, from 1
	 * @return the line, empty if it is not there any more
	 */
	String line(int number) {
		try (BufferedReader reader = new BufferedReader(new InputStreamReader(open(), StandardCharsets.UTF_8))) {
			return reader.lines().skip(number - 1L).findFirst().orElse("");
		}
		catch (IOException ex) {
			return "";
		}
	}

	SchemaScriptException failure(Position position, String problem, String action) {
		return new SchemaScriptException(this.name + ":" + position + ": " + problem, action, null);
	}

	SchemaScriptException unreadable(IOException ex) {
		return new SchemaScriptException("Schema script " + this.name + " cannot be read: " + ex.getMessage(),
				"Make " + this.resource.getDescription() + " readable.", ex);
	}

}
