package dev.pgkeel.sample;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

import com.jayway.jsonpath.JsonPath;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * A real Prometheus that scrapes one service and evaluates a file of rules. Tests that
 * use it need the component {@code prometheus}.
 */
final class Prometheus implements AutoCloseable {

	private final HttpClient client = HttpClient.newHttpClient();

	private final Process process;

	private final Path log;

	private final int port;

	private Prometheus(Process process, Path log, int port) {
		this.process = process;
		this.log = log;
		this.port = port;
	}

	static Prometheus start(Path directory, String job, String target, Path rules) throws IOException {
		int port = freePort();
		Path configuration = Files.writeString(directory.resolve("prometheus.yml"), """
				global:
				  scrape_interval: 1s
				  evaluation_interval: 1s
				rule_files: [ "%s" ]
				scrape_configs:
				  - job_name: %s
				    metrics_path: /actuator/prometheus
				    static_configs: [ { targets: [ "%s" ] } ]
				""".formatted(rules.toRealPath(), job, target));
		Path log = directory.resolve("log.txt");
		Process process = new ProcessBuilder("prometheus", "--config.file=" + configuration,
				"--storage.tsdb.path=" + directory.resolve("data"), "--web.listen-address=127.0.0.1:" + port)
			.directory(directory.toFile())
			.redirectErrorStream(true)
			.redirectOutput(log.toFile())
			.start();
		Prometheus prometheus = new Prometheus(process, log, port);
		await().atMost(Duration.ofMinutes(1))
			.ignoreExceptions()
			.failFast(() -> assertThat(process.isAlive()).as(prometheus::log).isTrue())
			.until(() -> prometheus.get("/-/ready").statusCode() == 200);
		return prometheus;
	}

	private static int freePort() throws IOException {
		try (ServerSocket socket = new ServerSocket(0)) {
			return socket.getLocalPort();
		}
	}

	private String log() {
		try {
			return Files.readString(this.log);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * Evaluates an expression.
	 * @return the values, without those that are not a number
	 */
	List<Double> query(String expression, Instant time) {
		List<String> values = ask(
				"/api/v1/query?query=%s&time=%d".formatted(encoded(expression), time.getEpochSecond()),
				"$.data.result[*].value[1]");
		return values.stream().map(Prometheus::number).filter((value) -> !value.isNaN()).toList();
	}

	private static Double number(String value) {
		return switch (value) {
			case "+Inf" -> Double.POSITIVE_INFINITY;
			case "-Inf" -> Double.NEGATIVE_INFINITY;
			default -> Double.valueOf(value);
		};
	}

	/**
	 * Returns the values of a label among the series that match.
	 */
	List<String> labelValues(String label, String series) {
		return ask("/api/v1/label/%s/values?match%%5B%%5D=%s".formatted(label, encoded(series)), "$.data[*]");
	}

	/**
	 * Returns a part of all rules, of which there may be one for each.
	 */
	List<String> rules(String part) {
		return ask("/api/v1/rules", "$.data.groups[*].rules[*]." + part);
	}

	private List<String> ask(String path, String part) {
		HttpResponse<String> response = get(path);
		assertThat(response.statusCode()).as(() -> path + ": " + response.body()).isEqualTo(200);
		return JsonPath.read(response.body(), part);
	}

	private HttpResponse<String> get(String path) {
		HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + this.port + path))
			.timeout(Duration.ofMinutes(1))
			.build();
		return this.client.sendAsync(request, HttpResponse.BodyHandlers.ofString()).join();
	}

	private static String encoded(String text) {
		return URLEncoder.encode(text, StandardCharsets.UTF_8);
	}

	@Override
	public void close() {
		this.process.destroy();
		try {
			this.process.waitFor();
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

}
