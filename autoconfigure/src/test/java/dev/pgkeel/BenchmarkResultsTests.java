package dev.pgkeel;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests that the documentation's figures are those that {@code benchmarks/run} left.
 */
class BenchmarkResultsTests {

	private static final Path ROOT = Path.of("..");

	private static final Pattern PLACE = Pattern.compile("(?m)^<!-- benchmarks/run ([a-z-]+) -->\n(?!<!-- end)");

	private static final Pattern NAME = Pattern.compile("(?m)^([a-z-]+)  +\\w");

	private static List<Path> results() throws IOException {
		try (Stream<Path> files = Files.list(ROOT.resolve("benchmarks/results"))) {
			return files.sorted().toList();
		}
	}

	private static List<String> pages() throws IOException {
		try (Stream<Path> files = Files.list(ROOT.resolve("docs"))) {
			return Stream.concat(Stream.of(ROOT.resolve("README.md")), files)
				.filter((file) -> file.toString().endsWith(".md"))
				.map(BenchmarkResultsTests::read)
				.toList();
		}
	}

	private static String read(Path file) {
		try {
			return Files.readString(file);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private static String name(Path result) {
		return result.getFileName().toString().replaceFirst("\\.md$", "");
	}

	@ParameterizedTest
	@MethodSource("results")
	void resultIsInExactlyOnePage(Path result) throws IOException {
		String place = "<!-- benchmarks/run " + name(result) + " -->\n" + read(result) + "<!-- end -->\n";
		assertThat(pages()).filteredOn((page) -> page.contains(place)).hasSize(1);
		assertThat(pages()).filteredOn((page) -> page.contains(read(result))).hasSize(1);
	}

	@ParameterizedTest
	@MethodSource("results")
	void resultTellsMachineVersionsDateAndCommand(Path result) {
		String text = read(result);
		assertThat(text).startsWith("|");
		assertThat(text.substring(text.lastIndexOf("\n\n"))).containsPattern("\\(`benchmarks/run " + name(result)
				+ "`,\\s20\\d\\d-\\d\\d-\\d\\d,\\s\\d+\\sprocessors,[^;]+;\\sJDK[^)]+\\sPostgreSQL\\s[^)]+\\)\n$");
	}

	@Test
	void placesInPagesHaveAResultThatTheScriptCanMake() throws IOException {
		Set<String> places = pages().stream()
			.flatMap((page) -> PLACE.matcher(page).results())
			.map((match) -> match.group(1))
			.collect(Collectors.toCollection(TreeSet::new));
		assertThat(results()).extracting(BenchmarkResultsTests::name).containsExactlyInAnyOrderElementsOf(places);
		Set<String> names = NAME.matcher(read(ROOT.resolve("benchmarks/run")))
			.results()
			.map((match) -> match.group(1))
			.collect(Collectors.toSet());
		assertThat(names).containsAll(places);
	}

}
