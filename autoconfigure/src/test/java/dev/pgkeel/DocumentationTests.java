package dev.pgkeel;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests that the pages lead to each other, and that the one about the architecture names
 * what is there.
 */
class DocumentationTests {

	private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();

	private static final Pattern LINK = Pattern.compile("\\]\\((?!https?:)([^)#]*)(?:#([^)]*))?\\)");

	private static final Pattern HEADING = Pattern.compile("(?m)^#+ (.*)$");

	private static final Pattern CODE_BLOCK = Pattern.compile("(?ms)^ *```.*?^ *```");

	private static final Pattern CLASS = Pattern.compile("`([A-Z]\\w*[a-z]\\w*)`");

	/**
	 * What the page names of others.
	 */
	private static final Set<String> OF_OTHERS = Set.of("AopInfrastructureBean", "HikariDataSource", "ResponseEntity",
			"TransactionTemplate", "TransactionException", "TransactionTimedOutException");

	@ParameterizedTest
	@MethodSource("pages")
	void everyLinkLeadsSomewhere(Path page) {
		List<MatchResult> links = LINK.matcher(text(page)).results().toList();
		assertThat(links).allSatisfy((link) -> {
			Path target = link.group(1).isEmpty() ? page : page.resolveSibling(link.group(1)).normalize();
			assertThat(target).as(link.group()).exists();
			if (link.group(2) != null) {
				assertThat(anchors(target)).as(link.group()).contains(link.group(2));
			}
		});
	}

	@Test
	void everyPageIsFoundFromTheReadme() {
		Set<Path> found = new LinkedHashSet<>(Set.of(ROOT.resolve("README.md")));
		List<Path> next = List.copyOf(found);
		while (!next.isEmpty()) {
			next = next.stream().flatMap(DocumentationTests::linked).filter(found::add).toList();
		}
		assertThat(found).containsAll(pages().toList());
	}

	private static Stream<Path> linked(Path page) {
		return LINK.matcher(text(page))
			.results()
			.map((link) -> page.resolveSibling(link.group(1)).normalize())
			.filter((target) -> target.toString().endsWith(".md"));
	}

	@Test
	void architectureNamesClassesThatAreThere() throws IOException {
		Set<String> named = CLASS.matcher(text(ROOT.resolve("docs/architecture.md")))
			.results()
			.map((name) -> name.group(1))
			.collect(Collectors.toSet());
		named.removeAll(OF_OTHERS);
		Set<String> there;
		try (Stream<Path> files = Stream.concat(Files.walk(ROOT.resolve("autoconfigure/src")),
				Files.walk(ROOT.resolve("embedded-postgres/src")))) {
			there = files.map((file) -> file.getFileName().toString())
				.filter((file) -> file.endsWith(".java"))
				.map((file) -> file.substring(0, file.length() - ".java".length()))
				.collect(Collectors.toSet());
		}
		assertThat(named).hasSizeGreaterThan(50).isSubsetOf(there);
	}

	static Stream<Path> pages() {
		try (Stream<Path> own = Files.list(ROOT); Stream<Path> docs = Files.list(ROOT.resolve("docs"))) {
			return Stream.concat(own, docs)
				.filter((file) -> file.toString().endsWith(".md"))
				.sorted()
				.toList()
				.stream();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * Returns the anchors that code hosts make of a page's headings.
	 */
	private static Set<String> anchors(Path page) {
		return HEADING.matcher(text(page))
			.results()
			.map((heading) -> heading.group(1)
				.replaceAll("\\[([^]]*)]\\([^)]*\\)", "$1")
				.toLowerCase(Locale.ROOT)
				.replaceAll("[^\\p{L}\\p{N} _-]", "")
				.strip()
				.replace(' ', '-'))
			.collect(Collectors.toSet());
	}

	private static String text(Path page) {
		try {
			return CODE_BLOCK.matcher(Files.readString(page)).replaceAll("");
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

}
