package dev.pgkeel.sample;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import com.jayway.jsonpath.JsonPath;
import dev.pgkeel.testsupport.RequiresComponent;
import dev.pgkeel.testsupport.TestServer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * The dashboards and alert rules, asked of a real Prometheus that scrapes the packaged
 * service.
 */
@RequiresComponent("prometheus")
class DashboardsIT {

	private static final Path OPS = Path.of("..", "ops");

	private static final Path RULES = OPS.resolve("pgkeel-rules.yml");

	private static final String JOB = "notes";

	private static final Pattern LABEL_VALUES = Pattern.compile("label_values\\((.+), (\\w+)\\)");

	/**
	 * Prometheus evaluates a subquery at multiples of its step alone.
	 */
	private static final long SUBQUERY_STEP = 300;

	@TempDir
	private static Path directory;

	private static ServiceProcess service;

	private static Prometheus prometheus;

	/**
	 * A counter has to be seen before and after it rose.
	 */
	@BeforeAll
	static void scrapeAServiceThatLeaks() throws IOException {
		service = ServiceProcess.launch(Files.createDirectory(directory.resolve("service")), arguments())
			.awaitStarted();
		prometheus = Prometheus.start(Files.createDirectory(directory.resolve("prometheus")), JOB, service.address(),
				RULES);
		awaitValue("pgkeel_leak_proven_total == 0");
		awaitValue("pgkeel_server_utilization");
		for (int leak = 1; leak <= 4; leak++) {
			assertThat(service.post("/lab/leak", "").join().statusCode()).isEqualTo(200);
		}
		awaitValue("pgkeel_leak_proven_total > 0");
		for (String counter : List.of("acquire", "usage")) {
			awaitValue("rate(hikaricp_connections_%s_seconds_count[1m]) > 0".formatted(counter));
		}
		await().atMost(Duration.ofMinutes(1)).until(() -> !prometheus.rules("health").contains("unknown"));
	}

	private static String[] arguments() {
		return Stream
			.concat(Stream.of(TestServer.shared().newDatabase().properties()).map((property) -> "--" + property),
					Stream.of("--sample.lab.enabled=true", "--spring.datasource.hikari.maximum-pool-size=3",
							"--spring.datasource.hikari.connection-timeout=20000", "--pgkeel.monitor.interval=1s"))
			.toArray(String[]::new);
	}

	private static void awaitValue(String expression) {
		await().atMost(Duration.ofMinutes(1)).until(() -> {
			service.get("/tenants/00000000-0000-0000-0000-000000000000").join();
			return !prometheus.query(expression, Instant.now()).isEmpty();
		});
	}

	@AfterAll
	static void end() {
		if (prometheus != null) {
			prometheus.close();
		}
		if (service != null) {
			service.close();
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "fleet", "instance" })
	void everyPanelShowsData(String name) throws IOException {
		List<String> expressions = read(name, "$.panels[*].targets[*].expr");
		assertThat(expressions).hasSizeGreaterThan(10);
		for (String expression : expressions) {
			// All alternatives, since the first that has data hides the others
			for (String alternative : substituted(expression).split(" or ")) {
				Instant time = alternative.contains(":5m]") ? nextStep() : Instant.now();
				assertThat(prometheus.query(alternative, time)).as(alternative).isNotEmpty();
			}
		}
	}

	/**
	 * Just after a step, what was scraped last before it is too old at the next one.
	 */
	private static Instant nextStep() {
		await().atMost(Duration.ofMinutes(1)).until(() -> Instant.now().getEpochSecond() % SUBQUERY_STEP >= 10);
		return Instant.ofEpochSecond((Instant.now().getEpochSecond() / SUBQUERY_STEP + 1) * SUBQUERY_STEP);
	}

	@ParameterizedTest
	@ValueSource(strings = { "fleet", "instance" })
	void everyVariableHasItsValue(String name) throws IOException {
		Map<String, String> expected = Map.of("job", JOB, "instance", service.address());
		List<Map<String, Object>> variables = read(name, "$.templating.list[?(@.type == 'query')]");
		assertThat(variables).isNotEmpty().allSatisfy((variable) -> {
			Matcher query = LABEL_VALUES.matcher(substituted((String) variable.get("definition")));
			assertThat(query.matches()).isTrue();
			assertThat(prometheus.labelValues(query.group(2), query.group(1)))
				.containsExactly(expected.get(variable.get("name")));
		});
	}

	private static String substituted(String query) {
		String substituted = query.replace("$job", JOB)
			.replace("$instance", service.address())
			.replace("$__rate_interval", "1m");
		assertThat(substituted).doesNotContain("$");
		return substituted;
	}

	@ParameterizedTest
	@ValueSource(strings = { "fleet", "instance" })
	void everyPanelHasAUnitAndTheChosenDataSource(String name) throws IOException {
		List<Map<String, Object>> panels = read(name, "$.panels[?(@.type != 'row')]");
		List<String> units = read(name, "$.panels[?(@.type != 'row')].fieldConfig.defaults.unit");
		assertThat(units).hasSameSizeAs(panels).doesNotContain("");
		List<String> sources = read(name, "$.panels..datasource.uid");
		assertThat(sources).hasSizeGreaterThan(panels.size()).containsOnly("${datasource}");
		List<String> titles = read(name, "$.panels[?(@.type != 'row')].title");
		assertThat(titles).contains("Days since the last leak").doesNotHaveDuplicates();
		List<Double> thresholds = read(name,
				"$.panels[?(@.title == 'Binding limit in use now')].fieldConfig.defaults.thresholds.steps[*].value");
		assertThat(thresholds).containsExactly(null, 0.7, 0.85, 0.95);
	}

	private static <T> List<T> read(String name, String path) throws IOException {
		return JsonPath.read(Files.readString(OPS.resolve("pgkeel-" + name + "-dashboard.json")), path);
	}

	@Test
	void everyRuleIsEvaluated() throws IOException {
		long alerts = Files.readAllLines(RULES).stream().filter((line) -> line.contains("- alert: ")).count();
		assertThat(prometheus.rules("health")).hasSize((int) alerts).containsOnly("ok");
	}

	@Test
	void everyMeterOfARuleExists() {
		List<String> meters = prometheus.rules("query")
			.stream()
			.flatMap((
					query) -> Pattern.compile("(pgkeel|process)_\\w+").matcher(query).results().map(MatchResult::group))
			.distinct()
			.toList();
		assertThat(meters).hasSizeGreaterThan(4)
			.allSatisfy(
					(meter) -> assertThat(prometheus.query("count(%s)".formatted(meter), Instant.now())).isNotEmpty());
	}

	@Test
	void everyRuleIsExplained() throws IOException {
		assertThat(Files.readString(Path.of("..", "docs", "alerts.md"))).contains(prometheus.rules("name"));
	}

}
