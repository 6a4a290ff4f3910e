package dev.pgkeel.schema;

import java.nio.charset.StandardCharsets;
import java.util.List;

import org.springframework.core.io.ByteArrayResource;

/**
 * The splitter, for tests of other packages.
 */
public final class Splitting {

	private Splitting() {
	}

	/**
	 * Splits a text.
	 * @param name what to call it
	 * @param text the script
	 * @return its statements
	 */
	public static List<SqlStatement> split(String name, String text) {
		return SqlSplitter.split(SchemaScript.of(new ByteArrayResource(text.getBytes(StandardCharsets.UTF_8)) {

			@Override
			public String getFilename() {
				return name;
			}

		}));
	}

}
