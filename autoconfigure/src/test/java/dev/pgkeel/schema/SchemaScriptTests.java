package dev.pgkeel.schema;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

import org.junit.jupiter.api.Test;

import org.springframework.core.io.ByteArrayResource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for {@link SchemaScript}.
 */
class SchemaScriptTests {

	@Test
	void byteOrderMarkIsNoPartOfTheText() {
		SchemaScript script = read("\uFEFFselect 1", StandardCharsets.UTF_8);
		assertThat(script.text()).isEqualTo("select 1");
		assertThat(script.checksum()).isEqualTo(read("select 1", StandardCharsets.UTF_8).checksum());
	}

	@Test
	void checksumIsTheSameWithWindowsLineEnds() {
		SchemaScript script = read("select 1;\r\nselect 2", StandardCharsets.UTF_8);
		assertThat(script.text()).contains("\r\n");
		assertThat(script.checksum()).isEqualTo(read("select 1;\nselect 2", StandardCharsets.UTF_8).checksum())
			.hasSize(64)
			.isNotEqualTo(read("select 1;\nselect 3", StandardCharsets.UTF_8).checksum());
	}

	@Test
	void otherEncodingIsRefusedWithItsPlace() {
		assertThatExceptionOfType(SchemaScriptException.class)
			.isThrownBy(() -> read("select 'a';\nselect 'Zürich'", StandardCharsets.ISO_8859_1))
			.withMessage("Schema script 1_notes.sql is not UTF-8: byte 0xfc at offset 21 (line 2)")
			.satisfies((ex) -> assertThat(ex.getAction()).isEqualTo("Save the script as UTF-8."));
	}

	@Test
	void truncatedCharacterIsRefused() {
		byte[] bytes = "select 'ü'".getBytes(StandardCharsets.UTF_8);
		byte[] truncated = Arrays.copyOf(bytes, bytes.length - 2);
		assertThatExceptionOfType(SchemaScriptException.class)
			.isThrownBy(() -> SchemaScript.read(new NamedResource(truncated)))
			.withMessageContaining("byte 0xc3 at offset 8");
	}

	@Test
	void zeroCharacterIsRefused() {
		assertThatExceptionOfType(SchemaScriptException.class)
			.isThrownBy(() -> read("select 1;\nselect '\0'", StandardCharsets.UTF_8))
			.withMessage("Schema script 1_notes.sql:2:9 has a zero character");
	}

	private static SchemaScript read(String text, Charset charset) {
		return SchemaScript.read(new NamedResource(text.getBytes(charset)));
	}

	/**
	 * A resource with a file's name.
	 */
	private static final class NamedResource extends ByteArrayResource {

		NamedResource(byte[] bytes) {
			super(bytes);
		}

		@Override
		public String getFilename() {
			return "1_notes.sql";
		}

	}

}
