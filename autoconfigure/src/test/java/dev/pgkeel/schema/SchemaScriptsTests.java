package dev.pgkeel.schema;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.core.io.support.PathMatchingResourcePatternResolver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for {@link SchemaScripts}.
 */
class SchemaScriptsTests {

	@TempDir
	private Path folder;

	@Test
	void scriptsComeInNaturalOrder() throws IOException {
		write("10_index.sql", "2_notes.sql", "1_tenants.sql", "readme.md");
		assertThat(names("*.sql")).containsExactly("1_tenants.sql", "2_notes.sql", "10_index.sql");
	}

	@Test
	void locationsComeInTheirOwnOrder() throws IOException {
		write("a.sql", "b.sql", "c.sql");
		assertThat(names("c.sql", "*.sql")).containsExactly("c.sql", "a.sql", "b.sql");
	}

	@Test
	void patternMayMatchNothing() {
		assertThat(names("*.sql", "absent/*.sql", "absent/**/*.sql")).isEmpty();
	}

	@Test
	void missingScriptIsRefused() {
		assertThatExceptionOfType(SchemaScriptException.class).isThrownBy(() -> names("absent.sql"))
			.withMessageMatching("pgkeel.schema.locations names 'file:.*/absent.sql', but no such file exists")
			.satisfies((ex) -> assertThat(ex.getAction()).contains("optional:file:"));
	}

	@Test
	void optionalScriptMayBeMissing() {
		SchemaScripts scripts = new SchemaScripts(new PathMatchingResourcePatternResolver(),
				List.of("optional:file:" + this.folder + "/absent.sql", "optional:classpath:absent/*.sql"));
		assertThat(scripts.find()).isEmpty();
	}

	@Test
	void twoScriptsOfOneNameAreRefused() throws IOException {
		Files.createDirectory(this.folder.resolve("more"));
		write("1_notes.sql", "more/1_notes.sql");
		assertThatExceptionOfType(SchemaScriptException.class).isThrownBy(() -> names("**/*.sql"))
			.withMessageStartingWith("Two schema scripts are called 1_notes.sql: file [")
			.withMessageContaining("more");
	}

	private List<String> names(String... patterns) {
		List<String> locations = List.of(patterns)
			.stream()
			.map((pattern) -> "file:" + this.folder + "/" + pattern)
			.toList();
		return new SchemaScripts(new PathMatchingResourcePatternResolver(), locations).read()
			.stream()
			.map(SchemaScript::name)
			.toList();
	}

	private void write(String... names) throws IOException {
		for (String name : names) {
			Files.writeString(this.folder.resolve(name), "select 1");
		}
	}

}
