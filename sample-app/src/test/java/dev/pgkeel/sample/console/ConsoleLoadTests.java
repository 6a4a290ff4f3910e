package dev.pgkeel.sample.console;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import javax.sql.DataSource;

import dev.pgkeel.actuate.console.ConsoleHistory;
import dev.pgkeel.server.MonitorState;
import dev.pgkeel.server.ServerMonitor;
import dev.pgkeel.testsupport.OwnServer;
import dev.pgkeel.testsupport.RequiresComponent;
import dev.pgkeel.testsupport.TestDatabase;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.test.annotation.DirtiesContext;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Measures the console with 500 sessions on the server, 50 leases and 15 minutes of
 * history. On a busy machine the figures say little: they are held to their limits with
 * {@code -Dpgkeel.test.console-limits=true} on a quiet one, and to five times as much
 * otherwise. They are left in {@code target/console-load.md}.
 */
@SpringBootTest(webEnvironment = SpringBootTest.WebEnvironment.RANDOM_PORT,
		properties = { "pgkeel.runtime-profile=development", "pgkeel.monitor.interval=1s",
				"spring.datasource.hikari.maximum-pool-size=50" })
@RequiresComponent({ "chromium", "chromedriver" })
@DirtiesContext
class ConsoleLoadTests {

	private static final int SESSIONS = 500;

	private static final int LEASES = 50;

	private static final int PATIENCE = Boolean.getBoolean("pgkeel.test.console-limits") ? 1 : 5;

	private static final OwnServer server = OwnServer.start("max_connections=" + (SESSIONS + 50));

	private static final TestDatabase database = server.database();

	@AfterAll
	static void stop() {
		server.close();
	}

	@DynamicPropertySource
	static void ownServer(DynamicPropertyRegistry registry) {
		registry.add("spring.datasource.url", database::jdbcUrl);
		registry.add("spring.datasource.username", database::username);
	}

	@Test
	void answerAndRefreshAreQuick(@Autowired DataSource dataSource, @Autowired ServerMonitor monitor,
			@Autowired ConsoleHistory history, @LocalServerPort int port) throws Exception {
		CountDownLatch done = new CountDownLatch(1);
		List<Connection> others = new ArrayList<>();
		try (Browser browser = new Browser()) {
			for (int lease = 0; lease < LEASES; lease++) {
				hold(dataSource, done, lease);
			}
			for (int session = 0; session < SESSIONS - LEASES - 1; session++) {
				others.add(connect(session));
			}
			Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> {
				MonitorState state = monitor.state();
				return state.snapshot() != null && state.snapshot().total() == SESSIONS;
			});
			fill(history, monitor.state());
			URI data = URI.create("http://localhost:" + port + "/actuator/pgkeelconsole/data");
			String answers = measureAnswers(data);
			String refreshes = measureRefreshes(browser, "http://localhost:" + port + "/actuator/pgkeelconsole");
			Files.writeString(Path.of("target", "console-load.md"),
					"| | median ms | 95 % ms | longest ms | times | bytes |\n|---|---|---|---|---|---|\n"
							+ "| the answer, over HTTP | " + answers + " |\n| a refresh, its script in the browser | "
							+ refreshes + " | |\n");
		}
		finally {
			done.countDown();
			for (Connection other : others) {
				other.close();
			}
		}
	}

	/**
	 * Has a thread hold a connection, and returns once it does: of many threads that ask
	 * at the same instant, HikariCP may leave one out for whom no connection is opened
	 * until another comes back.
	 */
	private static void hold(DataSource dataSource, CountDownLatch done, int number) throws Exception {
		CompletableFuture<Void> held = new CompletableFuture<>();
		Thread holder = new Thread(() -> {
			try (Connection connection = dataSource.getConnection()) {
				connection.setAutoCommit(number % 2 == 0);
				connection.createStatement().execute("select 1");
				held.complete(null);
				done.await();
			}
			catch (SQLException | InterruptedException ex) {
				held.completeExceptionally(ex);
			}
		}, "LeaseHolder with a long name, as they come-" + number);
		holder.setDaemon(true);
		holder.start();
		held.get(60, TimeUnit.SECONDS);
	}

	private static Connection connect(int session) throws SQLException {
		return database.connectAs(database.username(),
				"a-service-with-a-rather-long-name-%02d/%06d".formatted(session % 45, session));
	}

	private static void fill(ConsoleHistory history, MonitorState state) {
		Instant now = Instant.now();
		for (int second = 3600; second >= 0; second -= 5) {
			history.polled(new MonitorState(state.snapshot(), null, now.minusSeconds(second), state.since()));
		}
	}

	private static String measureAnswers(URI data) throws IOException, InterruptedException {
		HttpClient client = HttpClient.newHttpClient();
		HttpRequest request = HttpRequest.newBuilder(data).build();
		String body = "";
		List<Double> times = new ArrayList<>();
		for (int i = 0; i < 400; i++) {
			long start = System.nanoTime();
			body = client.send(request, HttpResponse.BodyHandlers.ofString()).body();
			if (i >= 300) {
				times.add((System.nanoTime() - start) / 1_000_000.0);
			}
		}
		assertThat(body).contains("LeaseHolder", "ConsoleLoadTests.lambda$hold");
		assertThat(percentile(times, 50)).isLessThan(20 * PATIENCE);
		assertThat(body.length()).isLessThanOrEqualTo(64 * 1024);
		return cells(times) + String.format(Locale.ROOT, " | %,d", body.length());
	}

	private static String measureRefreshes(Browser browser, String url) {
		browser.open(url);
		List<Number> durations = browser.async("""
				const done = arguments[arguments.length - 1];
				const durations = [];
				const measure = performance.measure.bind(performance);
				const pause = document.getElementById('pause');
				performance.measure = (...values) => {
				  const entry = measure(...values);
				  durations.push(entry.duration);
				  if (durations.length === 60) done(durations);
				  else setTimeout(() => { pause.click(); pause.click(); }, 20);
				};
				pause.click();
				pause.click();""");
		List<Double> times = durations.subList(20, durations.size()).stream().map(Number::doubleValue).toList();
		assertThat(percentile(times, 50)).isLessThan(16 * PATIENCE);
		return cells(times);
	}

	private static String cells(List<Double> times) {
		return String.format(Locale.ROOT, "%.1f | %.1f | %.1f | %d", percentile(times, 50), percentile(times, 95),
				percentile(times, 100), times.size());
	}

	private static double percentile(List<Double> times, int percent) {
		return times.stream().sorted().skip(Math.max(0, times.size() * percent / 100 - 1)).findFirst().orElseThrow();
	}

}
