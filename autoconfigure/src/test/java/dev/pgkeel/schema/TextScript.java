package dev.pgkeel.schema;

import java.nio.charset.StandardCharsets;

import org.springframework.core.io.ByteArrayResource;

/**
 * A script that is not in a file.
 */
final class TextScript extends ByteArrayResource {

	private final String name;

	private TextScript(String name, byte[] bytes) {
		super(bytes);
		this.name = name;
	}

	static SchemaScript of(String name, String text) {
		return of(name, text.getBytes(StandardCharsets.UTF_8));
	}

	static SchemaScript of(String name, byte[] bytes) {
		return SchemaScript.of(new TextScript(name, bytes));
	}

	@Override
	public String getFilename() {
		return this.name;
	}

	@Override
	public boolean equals(Object other) {
		return this == other;
	}

	@Override
	public int hashCode() {
		return this.name.hashCode();
	}

}
