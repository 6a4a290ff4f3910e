package dev.pgkeel.autoconfigure;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpServer;
import dev.pgkeel.alert.AlertLevel;
import dev.pgkeel.alert.AlertNotifier;
import dev.pgkeel.alert.AlertSubject;
import dev.pgkeel.alert.ConnectionAlert;
import dev.pgkeel.alert.WebhookNotifier;
import dev.pgkeel.server.ApplicationInstance;
import dev.pgkeel.testsupport.TestDatabase;
import dev.pgkeel.testsupport.TestServer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.boot.actuate.endpoint.SanitizableData;
import org.springframework.boot.actuate.endpoint.SanitizingFunction;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.web.client.RestClient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/**
 * Tests for the webhook, against a real server that is slow, broken or not there.
 */
@ExtendWith(OutputCaptureExtension.class)
class WebhookTests {

	private static final String SECRET = "canaryinthecoalmine";

	private final List<String> received = new CopyOnWriteArrayList<>();

	private final List<Headers> headers = new CopyOnWriteArrayList<>();

	private final Queue<Integer> answers = new ConcurrentLinkedQueue<>();

	private final CountDownLatch released = new CountDownLatch(1);

	private final ExecutorService threads = Executors.newCachedThreadPool();

	private final HttpServer server;

	WebhookTests() throws IOException {
		this.server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
		this.server.setExecutor(this.threads);
		this.server.createContext("/hooks/" + SECRET, (exchange) -> {
			this.headers.add(exchange.getRequestHeaders());
			this.received.add(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
			Integer status = this.answers.poll();
			if (status != null && status == 0) {
				waitForRelease();
			}
			exchange.sendResponseHeaders((status != null && status != 0) ? status : 204, -1);
			exchange.close();
		});
		this.server.start();
	}

	private void waitForRelease() {
		try {
			this.released.await();
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	@AfterEach
	void stop() {
		this.released.countDown();
		this.server.stop(0);
		this.threads.shutdownNow();
	}

	private String url() {
		return "http://127.0.0.1:" + this.server.getAddress().getPort() + "/hooks/" + SECRET;
	}

	private WebhookNotifier notifier(String url) {
		return notifier(url, Duration.ofSeconds(30));
	}

	private static WebhookNotifier notifier(String url, Duration timeout) {
		return notifier(url, timeout, false);
	}

	private static WebhookNotifier notifier(String url, Duration timeout, boolean alone) {
		return new WebhookNotifier(new RestClientWebhookSender(url, timeout),
				new ApplicationInstance("notes", "abc123"), alone, Duration.ofMillis(20), new Random(1),
				Clock.systemUTC());
	}

	private static ConnectionAlert alert(AlertLevel level) {
		return new ConnectionAlert(AlertSubject.CONNECTIONS, level, AlertLevel.ALERT, "83/97 \"connections\" (86 %)",
				Instant.EPOCH, "pgkeel/notes/connections");
	}

	private static ConnectionAlert ofInstance(AlertSubject subject, AlertLevel level) {
		return new ConnectionAlert(subject, level, AlertLevel.NONE, "seen", Instant.EPOCH,
				"pgkeel/notes/abc123/" + subject);
	}

	@Test
	void messageHasAStableKeyAndATextForPeople() {
		try (WebhookNotifier notifier = notifier(url())) {
			notifier.notify(alert(AlertLevel.PAGE));
			await().untilAsserted(() -> assertThat(this.received).hasSize(1));
			notifier.notify(alert(AlertLevel.NONE));
			await().untilAsserted(() -> assertThat(this.received).hasSize(2));
		}
		JsonNode raised = JsonMapper.shared().readTree(this.received.get(0));
		assertThat(raised.propertyNames()).containsExactly("dedup_key", "status", "level", "previous_level", "subject",
				"application", "instance", "since", "message", "text");
		assertThat(raised.at("/dedup_key").asString()).isEqualTo("pgkeel/notes/connections");
		assertThat(raised.at("/status").asString()).isEqualTo("firing");
		assertThat(raised.at("/text").asString()).isEqualTo("page - notes, connections: 83/97 \"connections\" (86 %)");
		JsonNode over = JsonMapper.shared().readTree(this.received.get(1));
		assertThat(over.at("/dedup_key")).isEqualTo(raised.at("/dedup_key"));
		assertThat(over.at("/status").asString()).isEqualTo("resolved");
		assertThat(over.at("/text").asString()).startsWith("resolved - notes, connections: ");
	}

	/**
	 * Some servers lose the body of a request that asks for another protocol.
	 */
	@Test
	void requestAsksForNoOtherProtocol() {
		try (WebhookNotifier notifier = notifier(url())) {
			notifier.notify(alert(AlertLevel.PAGE));
			await().untilAsserted(() -> assertThat(this.received).hasSize(1));
		}
		assertThat(this.headers).singleElement()
			.satisfies((headers) -> assertThat(headers).containsKey("Content-type")
				.doesNotContainKeys("Upgrade", "Http2-settings"));
	}

	@Test
	void failureOfTheServerIsTriedAgain(CapturedOutput output) {
		this.answers.addAll(List.of(500, 503, 429));
		try (WebhookNotifier notifier = notifier(url())) {
			notifier.notify(alert(AlertLevel.PAGE));
			await().untilAsserted(() -> assertThat(this.received).hasSize(4));
			await().untilAsserted(() -> assertThat(threads()).isZero());
		}
		assertThat(output).doesNotContain("webhook");
	}

	@Test
	void refusalIsNotTriedAgain(CapturedOutput output) {
		this.answers.addAll(List.of(404, 404));
		try (WebhookNotifier notifier = notifier(url())) {
			notifier.notify(alert(AlertLevel.PAGE));
			await()
				.untilAsserted(() -> assertThat(output).contains("The webhook (pgkeel.alert.webhook.url) could not be"
						+ " told 'connections page': it answers with status 404, 1 attempts"));
			notifier.notify(alert(AlertLevel.PANIC));
			await().untilAsserted(() -> assertThat(this.received).hasSize(2));
		}
		assertThat(output).doesNotContain(SECRET);
	}

	@Test
	void absentServerIsGivenUpAndNeverNamed(CapturedOutput output) {
		this.server.stop(0);
		try (WebhookNotifier notifier = notifier(url())) {
			notifier.notify(alert(AlertLevel.PAGE));
			await().untilAsserted(() -> assertThat(output).contains("it cannot be reached (", "5 attempts"));
			await().untilAsserted(() -> assertThat(threads()).isZero());
		}
		assertThat(output).doesNotContain(SECRET).doesNotContain("127.0.0.1");
	}

	@Test
	void slowServerHoldsUpNobodyAndTheLatestNewsWin() {
		this.answers.addAll(List.of(0, 0));
		try (WebhookNotifier notifier = notifier(url(), Duration.ofSeconds(3))) {
			long start = System.nanoTime();
			notifier.notify(alert(AlertLevel.ALERT));
			await().untilAsserted(() -> assertThat(this.received).hasSize(1));
			notifier.notify(alert(AlertLevel.PAGE));
			notifier.notify(alert(AlertLevel.PANIC));
			assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(20));
			await().untilAsserted(() -> assertThat(this.received).hasSize(3));
			assertThat(this.received.get(0)).contains("\"level\":\"alert\"");
			assertThat(this.received.get(1)).contains("\"level\":\"panic\"");
			assertThat(this.received.get(2)).contains("\"level\":\"panic\"");
		}
	}

	@Test
	void applicationClosesWhileTheServerIsSilent() {
		this.answers.add(0);
		WebhookNotifier notifier = notifier(url(), Duration.ofMinutes(5));
		notifier.notify(alert(AlertLevel.PAGE));
		await().untilAsserted(() -> assertThat(this.received).hasSize(1));
		long start = System.nanoTime();
		notifier.close();
		assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(20));
		await().untilAsserted(() -> assertThat(threads()).isZero());
		notifier.notify(alert(AlertLevel.NONE));
		assertThat(threads()).isZero();
	}

	@Test
	void alertsAboutAnInstanceEndWithIt() {
		WebhookNotifier notifier = notifier(url());
		List<ConnectionAlert> news = List.of(alert(AlertLevel.PAGE), ofInstance(AlertSubject.POOL, AlertLevel.PAGE),
				ofInstance(AlertSubject.MONITOR, AlertLevel.PAGE), ofInstance(AlertSubject.MONITOR, AlertLevel.NONE));
		for (int i = 0; i < news.size(); i++) {
			int told = i + 1;
			notifier.notify(news.get(i));
			await().untilAsserted(() -> assertThat(this.received).hasSize(told));
		}
		notifier.close();
		await().untilAsserted(() -> assertThat(this.received).hasSize(5));
		assertThat(this.received.get(4)).contains("\"dedup_key\":\"pgkeel/notes/abc123/pool\"",
				"\"status\":\"resolved\"", "\"previous_level\":\"page\"", "\"message\":\"this instance has ended\"");
		await().untilAsserted(() -> assertThat(threads()).isZero());
		assertThat(this.received).hasSize(5);
	}

	@Test
	void endThatWaitsForItsTurnIsToldBeforeTheInstanceEnds() {
		WebhookNotifier notifier = notifier(url());
		notifier.notify(ofInstance(AlertSubject.POOL, AlertLevel.PAGE));
		await().untilAsserted(() -> assertThat(this.received).hasSize(1));
		this.answers.add(0);
		notifier.notify(alert(AlertLevel.PAGE));
		await().untilAsserted(() -> assertThat(this.received).hasSize(2));
		notifier.notify(ofInstance(AlertSubject.POOL, AlertLevel.NONE));
		Thread closing = new Thread(notifier::close);
		closing.start();
		await().until(() -> closing.getState() == Thread.State.TIMED_WAITING);
		this.released.countDown();
		await().untilAsserted(() -> assertThat(this.received).hasSize(3));
		assertThat(this.received.get(2)).contains("\"dedup_key\":\"pgkeel/notes/abc123/pool\"",
				"\"status\":\"resolved\"");
	}

	private static long threads() {
		return Thread.getAllStackTraces()
			.keySet()
			.stream()
			.filter((thread) -> thread.getName().equals("pgkeel-webhook"))
			.count();
	}

	@ParameterizedTest
	@ValueSource(strings = { SECRET, "ftp://" + SECRET, "https:/" + SECRET, "https://host/ " + SECRET })
	void addressThatIsNoneIsNotShown(String url) {
		assertThatExceptionOfType(WebhookUrlException.class)
			.isThrownBy(() -> new RestClientWebhookSender(url, Duration.ofSeconds(1)))
			.satisfies((ex) -> {
				var analysis = FailureAnalyses.of(ex);
				assertThat(analysis.getDescription()).startsWith("pgkeel.alert.webhook.url is not the address")
					.doesNotContain(SECRET);
				assertThat(analysis.getAction()).contains("https://HOST/PATH");
				assertThat(ex).hasStackTraceContaining("WebhookUrlException");
				assertThat(ex.getCause()).isNull();
			});
	}

	@ParameterizedTest
	@CsvSource({ "pgkeel.fleet.instances=1, true", "pgkeel.fleet.instances=2, false", "pgkeel.mode=enforce, false" })
	void alertsAboutTheServerEndWithTheOnlyInstance(String property, boolean end) {
		contextRunner()
			.withPropertyValues("pgkeel.alert.webhook.url=" + url(), "pgkeel.alert.thresholds.alert=1",
					"pgkeel.alert.thresholds.page=2", "pgkeel.alert.thresholds.panic=3",
					"pgkeel.monitor.interval=100ms", property)
			.run((context) -> await().untilAsserted(() -> assertThat(this.received)
				.anySatisfy((json) -> assertThat(json).contains("\"subject\":\"connections\"", "firing"))));
		await().untilAsserted(() -> assertThat(threads()).isZero());
		assertThat(this.received.stream().filter((json) -> json.contains("\"status\":\"resolved\"")))
			.hasSize(end ? 1 : 0)
			.allSatisfy((json) -> assertThat(json).contains("\"subject\":\"connections\"",
					"\"message\":\"this instance has ended\""));
	}

	@ParameterizedTest
	@ValueSource(strings = { "notes", "注文" })
	void applicationTellsItsAlerts(String name, CapturedOutput output) {
		contextRunner()
			.withPropertyValues("pgkeel.alert.webhook.url=" + url(), "pgkeel.alert.thresholds.alert=1",
					"pgkeel.alert.thresholds.page=2", "pgkeel.alert.thresholds.panic=3",
					"pgkeel.monitor.interval=100ms", "spring.application.name=" + name)
			.run((context) -> await().untilAsserted(() -> assertThat(this.received)
				.anySatisfy((json) -> assertThat(json).contains("\"dedup_key\":\"pgkeel/" + name + "/connections\"",
						"\"application\":\"" + name + "\"", " - " + name + ", connections: "))));
		assertThat(output).doesNotContain(SECRET);
	}

	@Test
	void notifierThatFailsDoesNotKeepTheNewsFromTheOthers(CapturedOutput output) {
		contextRunner().withBean("broken", AlertNotifier.class, () -> (alert) -> {
			throw new IllegalStateException("cannot tell");
		})
			.withPropertyValues("pgkeel.alert.webhook.url=" + url(), "pgkeel.alert.thresholds.alert=1",
					"pgkeel.alert.thresholds.page=2", "pgkeel.alert.thresholds.panic=3",
					"pgkeel.monitor.interval=100ms")
			.run((context) -> await().untilAsserted(() -> assertThat(this.received).isNotEmpty()));
		assertThat(output).contains("cannot tell");
	}

	@Test
	void badAddressFailsTheStart() {
		contextRunner().withPropertyValues("pgkeel.alert.webhook.url=" + SECRET)
			.run((context) -> assertThat(context).getFailure()
				.hasStackTraceContaining("pgkeel.alert.webhook.url")
				.satisfies(
						(ex) -> assertThat(org.assertj.core.util.Throwables.getStackTrace(ex)).doesNotContain(SECRET)));
	}

	@Test
	void withoutSpringsClientItBacksOffAndSaysSo(CapturedOutput output) {
		contextRunner().withClassLoader(new FilteredClassLoader(RestClient.class))
			.withPropertyValues("pgkeel.alert.webhook.url=" + url())
			.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(AlertNotifier.class));
		assertThat(output).contains("pgkeel.alert.webhook.url is set, but does nothing").doesNotContain(SECRET);
	}

	@ParameterizedTest
	@ValueSource(
			strings = { "pgkeel.alert.webhook.url=", "pgkeel.alert.enabled=false", "pgkeel.monitor.enabled=false" })
	void webhookBacksOff(String property) {
		contextRunner().withPropertyValues(property)
			.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(AlertNotifier.class));
	}

	@ParameterizedTest
	@ValueSource(strings = { "pgkeel.alert.webhook.url", "PGKEEL_ALERT_WEBHOOK_URL", "pgkeel.direct.password",
			"pgkeel.direct.url" })
	void secretIsHiddenFromEndpoints(String name) {
		contextRunner().withConfiguration(AutoConfigurations.of(PgkeelSanitizingAutoConfiguration.class))
			.run((context) -> {
				SanitizingFunction function = context.getBean(SanitizingFunction.class);
				assertThat(function.apply(new SanitizableData(null, name, SECRET)).getValue()).isEqualTo("******");
				assertThat(function.apply(new SanitizableData(null, "pgkeel.mode", "enforce")).getValue())
					.isEqualTo("enforce");
			});
	}

	private static ApplicationContextRunner contextRunner() {
		TestDatabase database = TestServer.shared().newDatabase();
		return new ApplicationContextRunner()
			.withConfiguration(AutoConfigurations.of(DataSourceAutoConfiguration.class, PgkeelAutoConfiguration.class,
					PgkeelPoolAutoConfiguration.class, PgkeelMonitorAutoConfiguration.class,
					PgkeelWebhookAutoConfiguration.class))
			.withPropertyValues(database.properties());
	}

}
