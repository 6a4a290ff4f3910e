package dev.pgkeel.schema;

import java.nio.file.Path;

/**
 * An instance in a process of its own, to be killed.
 */
public final class SchemaHolder {

	private SchemaHolder() {
	}

	static Process start(SchemaFolder folder) throws Exception {
		String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
		return new ProcessBuilder(java, "-cp", System.getProperty("java.class.path"), SchemaHolder.class.getName(),
				folder.folder().toString(), folder.url(), folder.role())
			.inheritIO()
			.start();
	}

	public static void main(String[] args) {
		new SchemaFolder(Path.of(args[0]), args[1], args[2], "holder", SchemaMode.ON_CHANGE, null, null).apply();
	}

}
