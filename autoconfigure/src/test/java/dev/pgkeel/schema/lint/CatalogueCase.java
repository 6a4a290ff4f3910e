package dev.pgkeel.schema.lint;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

import org.springframework.core.io.ClassPathResource;

/**
 * A statement of the catalogue.
 *
 * @param name what it is about
 * @param first the SQLSTATE of the first run on PostgreSQL 15.18, or ok
 * @param second the SQLSTATE of the second run there, or ok
 * @param setup what has to be there
 * @param before what stands before it in the same script
 * @param statement the statement
 */
record CatalogueCase(String name, String first, String second, List<String> setup, List<String> before,
		String statement) {

	static List<CatalogueCase> all() throws IOException {
		return lines("lint/catalogue.tsv").stream()
			.skip(1)
			.map((line) -> line.split("\t"))
			.map(CatalogueCase::of)
			.toList();
	}

	static List<String> fixture() throws IOException {
		return lines("lint/catalogue-setup.sql");
	}

	private static List<String> lines(String resource) throws IOException {
		return new ClassPathResource(resource).getContentAsString(StandardCharsets.UTF_8).lines().toList();
	}

	private static CatalogueCase of(String[] fields) {
		return new CatalogueCase(fields[0], fields[1], fields[2], statements(fields[3]), statements(fields[4]),
				fields[5]);
	}

	private static List<String> statements(String text) {
		return Arrays.stream(text.split(";")).map(String::strip).filter((sql) -> !sql.isEmpty()).toList();
	}

	/**
	 * Puts the statement into a {@code DO} block. What would be something else there is
	 * put into {@code EXECUTE}.
	 * @param handler what the block has for its errors
	 */
	String inBlock(String handler) {
		boolean query = this.statement.startsWith("select");
		boolean block = this.statement.startsWith("do ");
		String inside = query ? "execute $q$" + this.statement + "$q$" : this.statement;
		return block ? this.statement : "do $do$ begin " + inside + "; " + handler + " end $do$";
	}

	List<String> allSetup() {
		return Stream.concat(this.setup.stream(), this.before.stream()).toList();
	}

}
