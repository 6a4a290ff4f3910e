package dev.pgkeel.schema;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for {@link SchemaScript} and {@link ScriptReader}.
 */
class SchemaScriptTests {

	@Test
	void byteOrderMarkIsNoPartOfTheText() {
		SchemaScript script = script("\uFEFFselect 1", StandardCharsets.UTF_8);
		assertThat(SqlSplitter.split(script)).singleElement().satisfies((statement) -> {
			assertThat(statement.text()).isEqualTo("select 1");
			assertThat(statement.position()).isEqualTo(new Position(1, 1));
		});
		assertThat(script.checksum()).isEqualTo(script("select 1", StandardCharsets.UTF_8).checksum());
	}

	@Test
	void checksumIsTheSameWithWindowsLineEnds() {
		SchemaScript script = script("select 1;\r\nselect '\r2'\r", StandardCharsets.UTF_8);
		assertThat(script.checksum()).isEqualTo(script("select 1;\nselect '\r2'\r", StandardCharsets.UTF_8).checksum())
			.hasSize(64)
			.isNotEqualTo(script("select 1;\nselect '\n2'\r", StandardCharsets.UTF_8).checksum());
	}

	@Test
	void checksumIsTheSameWhereverTheBufferEnds() {
		String text = "x".repeat(8191);
		assertThat(script(text + "\r\ny", StandardCharsets.UTF_8).checksum())
			.isEqualTo(script(text + "\ny", StandardCharsets.UTF_8).checksum());
	}

	@Test
	void otherEncodingIsRefusedWithItsPlace() {
		assertThatExceptionOfType(SchemaScriptException.class)
			.isThrownBy(() -> read("select 'a';\nselect 'Zürich'", StandardCharsets.ISO_8859_1))
			.withMessage("Schema script 1_notes.sql is not UTF-8: byte 0xfc at offset 21 (line 2)")
			.satisfies((ex) -> assertThat(ex.getAction()).isEqualTo("Save the script as UTF-8."));
	}

	@Test
	void otherEncodingFarIntoTheScriptIsRefusedWithItsPlace() {
		String text = "select 'ä'; -- ä\n".repeat(5000);
		byte[] bytes = (text + "select 'x").getBytes(StandardCharsets.UTF_8);
		int offset = bytes.length - 1;
		bytes[offset] = (byte) 0xe4;
		assertThatExceptionOfType(SchemaScriptException.class)
			.isThrownBy(() -> SqlSplitter.split(TextScript.of("1_notes.sql", bytes)))
			.withMessage("Schema script 1_notes.sql is not UTF-8: byte 0xe4 at offset " + offset + " (line 5001)");
	}

	@Test
	void truncatedCharacterIsRefused() {
		byte[] bytes = "select 'ü'".getBytes(StandardCharsets.UTF_8);
		byte[] truncated = Arrays.copyOf(bytes, bytes.length - 2);
		assertThatExceptionOfType(SchemaScriptException.class)
			.isThrownBy(() -> SqlSplitter.split(TextScript.of("1_notes.sql", truncated)))
			.withMessageContaining("byte 0xc3 at offset 8");
	}

	@Test
	void zeroCharacterIsRefused() {
		assertThatExceptionOfType(SchemaScriptException.class)
			.isThrownBy(() -> read("select 1;\nselect '\0'", StandardCharsets.UTF_8))
			.withMessage("Schema script 1_notes.sql:2:9 has a zero character");
	}

	@Test
	void charactersBeyondTheFirstPlaneCountOnce() {
		String text = "select '" + "😀".repeat(9000) + "'; select 2";
		List<SqlStatement> statements = read(text, StandardCharsets.UTF_8);
		assertThat(statements.get(1).position()).isEqualTo(new Position(1, 8 + 9000 + 4));
	}

	private static List<SqlStatement> read(String text, Charset charset) {
		return SqlSplitter.split(script(text, charset));
	}

	private static SchemaScript script(String text, Charset charset) {
		return TextScript.of("1_notes.sql", text.getBytes(charset));
	}

}
