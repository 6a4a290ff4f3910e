package dev.pgkeel.sample;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * The packaged service in a process of its own, with a directory of its own for temporary
 * files.
 */
final class ServiceProcess implements AutoCloseable {

	private static final Pattern PORT = Pattern.compile("Tomcat started on port (\\d+)");

	private final HttpClient client = HttpClient.newHttpClient();

	private final Process process;

	private final Path log;

	private ServiceProcess(Process process, Path log) {
		this.process = process;
		this.log = log;
	}

	static ServiceProcess launch(Path directory, String... arguments) {
		return launch(directory, List.of(), arguments);
	}

	/**
	 * Launches the service as it was processed ahead of time.
	 */
	static ServiceProcess launchAheadOfTime(Path directory, String... arguments) {
		return launch(directory, List.of("-Dspring.aot.enabled=true"), arguments);
	}

	private static ServiceProcess launch(Path directory, List<String> options, String... arguments) {
		Path log = directory.resolve("log.txt");
		List<String> command = new ArrayList<>(
				List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx128m",
						"-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Djava.io.tmpdir=" + directory));
		command.addAll(options);
		command
			.addAll(List.of("-jar", System.getProperty("sample.jar"), "--server.address=127.0.0.1", "--server.port=0"));
		command.addAll(List.of(arguments));
		try {
			Process process = new ProcessBuilder(command).directory(directory.toFile())
				.redirectErrorStream(true)
				.redirectOutput(log.toFile())
				.start();
			return new ServiceProcess(process, log);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	ServiceProcess awaitStarted() {
		await().atMost(Duration.ofMinutes(2))
			.failFast(() -> assertThat(this.process.isAlive()).as(this::log).isTrue())
			.until(() -> log().contains("Started NotesApplication"));
		return this;
	}

	/**
	 * Waits until the process has ended by itself.
	 * @return its exit code
	 */
	int awaitEnd() {
		await().atMost(Duration.ofMinutes(2)).until(() -> !this.process.isAlive());
		return this.process.exitValue();
	}

	CompletableFuture<HttpResponse<String>> get(String path) {
		return send(HttpRequest.newBuilder(uri(path)));
	}

	CompletableFuture<HttpResponse<String>> post(String path, String json) {
		return send(HttpRequest.newBuilder(uri(path))
			.header("Content-Type", "application/json")
			.POST(HttpRequest.BodyPublishers.ofString(json)));
	}

	private CompletableFuture<HttpResponse<String>> send(HttpRequest.Builder request) {
		return this.client.sendAsync(request.timeout(Duration.ofMinutes(1)).build(),
				HttpResponse.BodyHandlers.ofString());
	}

	private URI uri(String path) {
		return URI.create("http://" + address() + path);
	}

	/**
	 * Returns where the service listens.
	 */
	String address() {
		Matcher port = PORT.matcher(log());
		assertThat(port.find()).as(this::log).isTrue();
		return "127.0.0.1:" + port.group(1);
	}

	String log() {
		try {
			return Files.readString(this.log);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * Ends the service as an operator would: SIGTERM, and then time to clean up.
	 */
	void terminate() {
		this.process.destroy();
		await().atMost(Duration.ofMinutes(1)).until(() -> !this.process.isAlive());
	}

	/**
	 * Ends the service with no time to clean up, as {@code kill -9} does.
	 */
	void kill() {
		this.process.destroyForcibly();
		await().atMost(Duration.ofMinutes(1)).until(() -> !this.process.isAlive());
	}

	@Override
	public void close() {
		this.process.destroy();
		try {
			if (!this.process.waitFor(30, TimeUnit.SECONDS)) {
				this.process.destroyForcibly().waitFor();
			}
		}
		catch (InterruptedException ex) {
			this.process.destroyForcibly();
			Thread.currentThread().interrupt();
		}
	}

}
