package dev.pgkeel.sample.console;

import java.io.IOException;
import java.nio.file.Files;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;

import javax.sql.DataSource;

import dev.pgkeel.testsupport.OwnServer;
import dev.pgkeel.testsupport.RequiresComponent;
import dev.pgkeel.testsupport.TestDatabase;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.openqa.selenium.By;
import org.openqa.selenium.Keys;
import org.openqa.selenium.NoSuchElementException;
import org.openqa.selenium.WebElement;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.resttestclient.autoconfigure.AutoConfigureRestTestClient;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.test.annotation.DirtiesContext;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import org.springframework.test.web.servlet.client.RestTestClient;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.DefaultTransactionDefinition;
import org.springframework.transaction.support.TransactionTemplate;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for the console in a real browser.
 */
@SpringBootTest(webEnvironment = SpringBootTest.WebEnvironment.RANDOM_PORT,
		properties = { "sample.lab.enabled=true", "pgkeel.runtime-profile=development", "pgkeel.monitor.interval=1s",
				"spring.datasource.hikari.maximum-pool-size=6" })
@AutoConfigureRestTestClient
@RequiresComponent({ "chromium", "chromedriver" })
@DirtiesContext
class ConsoleTests {

	private static final String HOSTILE = "<img src=x onerror=window.pwned=1>";

	private static final OwnServer server = OwnServer.start("max_connections=40");

	private static final TestDatabase database = server.database();

	private static Browser browser;

	private final DataSource dataSource;

	private final PlatformTransactionManager transactionManager;

	private final RestTestClient client;

	private final String url;

	private final List<Connection> opened = new ArrayList<>();

	ConsoleTests(@Autowired DataSource dataSource, @Autowired PlatformTransactionManager transactionManager,
			@Autowired RestTestClient client, @LocalServerPort int port) {
		this.dataSource = dataSource;
		this.transactionManager = transactionManager;
		this.client = client;
		this.url = "http://localhost:" + port + "/actuator/pgkeelconsole";
	}

	@DynamicPropertySource
	static void ownServer(DynamicPropertyRegistry registry) {
		registry.add("spring.datasource.url", database::jdbcUrl);
		registry.add("spring.datasource.username", database::username);
	}

	@BeforeAll
	static void start() {
		browser = new Browser();
	}

	@AfterAll
	static void stop() {
		browser.close();
		server.close();
	}

	@BeforeEach
	void open() {
		browser.size(1280, 1);
		browser.open(this.url);
		browser.complaints();
	}

	@AfterEach
	void close() throws SQLException {
		for (Connection connection : this.opened) {
			connection.close();
		}
	}

	@Test
	void theBrowserHasNothingToComplainAboutThePolicy() {
		browser.open(this.url);
		waiting().until(() -> refreshes() > 2);
		assertThat(browser.complaints()).isEmpty();
		assertThat(this.client.get().uri("/actuator/pgkeelconsole").exchange().returnResult().getResponseHeaders())
			.extracting((headers) -> headers.getFirst("Content-Security-Policy"))
			.asString()
			.contains("default-src 'none'", "script-src 'self'")
			.doesNotContain("unsafe");
		browser.script("""
				const script = document.createElement('script');
				script.textContent = 'window.inline = 1';
				document.body.append(script);""");
		assertThat(browser.<Object>script("return window.inline")).isNull();
		assertThat(browser.complaints()).anySatisfy((complaint) -> assertThat(complaint).contains("inline script"));
	}

	@Test
	void eachRefreshIsOneRequestAndNothingComesFromElsewhere() {
		waiting().until(() -> refreshes() > 2);
		List<String> requests = browser
			.script("return performance.getEntriesByType('resource').map((entry) => entry.name)");
		Set<String> others = new HashSet<>(requests);
		others.removeIf((name) -> name.equals(this.url + "/data"));
		assertThat(others).containsExactlyInAnyOrder(this.url + "/console.css", this.url + "/console.js");
	}

	@Test
	void aHiddenPageAsksNothing() {
		browser.script("""
				Object.defineProperty(document, 'hidden', { value: true, configurable: true });
				document.dispatchEvent(new Event('visibilitychange'));""");
		long before = refreshes();
		Awaitility.await()
			.during(Duration.ofSeconds(3))
			.atMost(Duration.ofSeconds(8))
			.until(() -> refreshes() <= before + 1);
		browser.script("delete document.hidden; document.dispatchEvent(new Event('visibilitychange'));");
		waiting().until(() -> refreshes() > before + 1);
	}

	/**
	 * With the monitor, and two to six of the pool, the server has at most the 40 that it
	 * lets in.
	 */
	@Test
	void theVerdictChangesWhenTheServerFills() throws SQLException {
		waiting().untilAsserted(() -> assertThat(browser.text("level")).isEqualTo("Calm"));
		browser.open(this.url);
		assertThat(browser.text("announcement")).isEmpty();
		this.opened.add(this.dataSource.getConnection());
		this.opened.add(this.dataSource.getConnection());
		for (int session = 0; session < 33; session++) {
			connect("billing");
		}
		waiting().untilAsserted(() -> {
			assertThat(browser.text("level")).isEqualTo("Panic");
			assertThat(browser.text("verdict-text")).matches("(3\\d|40) of 37 usable connections; billing holds 33");
			assertThat(browser.text("announcement")).matches("Panic: (3\\d|40) of .*");
			assertThat(browser.text("who")).contains("billing");
		});
		close();
		this.opened.clear();
		waiting().untilAsserted(() -> assertThat(browser.text("verdict-text")).doesNotContain("billing"));
	}

	@Test
	void aLeakShowsItsLineAndIsGoneWhenItIsHealed() {
		leakUntilItIsShown();
		waiting().untilAsserted(() -> {
			System.gc();
			assertThat(browser.text("leases")).doesNotContain("LabController.leak");
		});
		waiting().untilAsserted(() -> assertThat(browser.text("leaks")).contains("healed",
				"dev.pgkeel.sample.lab.LabController.leak(LabController.java:"));
	}

	/**
	 * A collection may heal a leak before the page has asked for it.
	 */
	private void leakUntilItIsShown() {
		waiting().pollDelay(Duration.ZERO).pollInterval(Duration.ofSeconds(4)).until(() -> {
			boolean shown = browser.text("leases")
				.contains("dev.pgkeel.sample.lab.LabController.leak(LabController.java:");
			if (!shown) {
				this.client.post().uri("/lab/leak").exchange().expectStatus().isOk();
			}
			return shown;
		});
	}

	@Test
	void whoBlocksIsShownWithTheLineThatBorrowed() throws Exception {
		try (Connection blocker = this.dataSource.getConnection()) {
			CompletableFuture<Void> waiter = waitFor(blocker);
			waiting().untilAsserted(() -> assertThat(browser.text("blocked"))
				.containsPattern("notes \\d+.*blocks 1.*at .*ConsoleTests\\.whoBlocksIsShown")
				.containsPattern("billing \\d+.*waits for"));
			blocker.rollback();
			waiter.join();
		}
		waiting().untilAsserted(() -> assertThat(browser.text("blocked")).contains("No session waits for a lock."));
	}

	private Connection borrow(String thread) throws InterruptedException {
		AtomicReference<Connection> borrowed = new AtomicReference<>();
		Thread holder = new Thread(() -> borrowed.set(borrow()), thread);
		holder.start();
		holder.join();
		return borrowed.get();
	}

	private Connection borrow() {
		try {
			return this.dataSource.getConnection();
		}
		catch (SQLException ex) {
			throw new IllegalStateException(ex);
		}
	}

	/**
	 * Has another application wait for a lock, on a thread of its own: on two processors
	 * the common pool of JDK 25 has one, which the JDK's HTTP client needs too.
	 */
	private CompletableFuture<Void> waitFor(Connection blocker) throws SQLException {
		blocker.setAutoCommit(false);
		try (Statement statement = blocker.createStatement()) {
			statement.execute("lock table notes in access exclusive mode");
		}
		Connection other = connect("billing");
		return CompletableFuture.runAsync(() -> {
			try (Statement statement = other.createStatement()) {
				statement.execute("select count(*) from notes");
			}
			catch (SQLException ex) {
				throw new IllegalStateException(ex);
			}
		}, (task) -> new Thread(task, "waiter").start());
	}

	@Test
	void hostileNamesAndStatementsAreText() throws SQLException {
		Connection hostile = connect(HOSTILE);
		hostile.setAutoCommit(false);
		try (Statement statement = hostile.createStatement()) {
			statement.execute(
					"select 'secret <img src=x onerror=window.pwned=2>' as \"<img src=x onerror=window.pwned=3>\"");
		}
		waiting().untilAsserted(() -> {
			assertThat(browser.text("who")).contains(HOSTILE);
			assertThat(browser.text("idle")).contains(HOSTILE, "<img src=x onerror=window.pwned=3>");
		});
		browser.find(By.id("copy")).click();
		assertThat(
				browser.<String>script("return document.body.innerText + document.getElementById('report-text').value"))
			.doesNotContain("secret");
		assertThat(browser.<Long>script("return document.images.length")).isZero();
		assertThat(browser.<Object>script("return window.pwned")).isNull();
	}

	@Test
	void everythingCanBeReachedAndUsedWithTheKeyboard() {
		Set<String> reached = new HashSet<>();
		String first = null;
		for (int tab = 0; tab < 80; tab++) {
			browser.focused().sendKeys(Keys.TAB);
			WebElement focused = browser.focused();
			String name = focused.getTagName() + " " + focused.getText() + focused.getDomAttribute("id");
			if (first == null) {
				first = name;
			}
			else if (name.equals(first)) {
				break;
			}
			if (!"body".equals(focused.getTagName())) {
				assertThat(focused.getCssValue("outline-style")).as(name).isNotEqualTo("none");
			}
			reached.add(name);
		}
		List<String> interactive = browser.script("""
				return [...document.querySelectorAll('button, select, a[href]')]
				  .filter((node) => node.checkVisibility() && node.getClientRects().length)
				  .map((node) => node.tagName.toLowerCase() + ' ' + node.innerText + node.getAttribute('id'));""");
		assertThat(interactive).hasSizeGreaterThan(10)
			.filteredOn((name) -> !name.startsWith("select"))
			.allSatisfy((name) -> assertThat(reached).contains(name));
	}

	@Test
	void theKeyboardPausesAndExplains() {
		browser.script("document.getElementById('pause').focus()");
		browser.focused().sendKeys(Keys.SPACE);
		assertThat(browser.focused().getDomAttribute("aria-pressed")).isEqualTo("true");
		browser.focused().sendKeys(Keys.SPACE);
		assertThat(browser.focused().getDomAttribute("aria-pressed")).isEqualTo("false");
		browser.script("document.querySelector('[data-term=usable]').focus()");
		assertThat(browser.find(By.id("tip")).getText()).contains("reserved");
		assertThat(browser.focused().getDomAttribute("aria-describedby")).isEqualTo("tip");
		browser.focused().sendKeys(Keys.ESCAPE);
		assertThat(browser.find(By.id("tip")).isDisplayed()).isFalse();
	}

	@Test
	void aReportIsCopiedAsMarkdown() throws SQLException {
		browser.script("navigator.clipboard.writeText = () => Promise.reject(new Error('not allowed'))");
		try (Connection held = this.dataSource.getConnection()) {
			waiting().untilAsserted(() -> {
				assertThat(browser.text("leases")).contains("aReportIsCopied");
				assertThat(browser.text("level")).isEqualTo("Calm");
			});
			browser.find(By.id("copy")).click();
			waiting().untilAsserted(
					() -> assertThat(browser.find(By.id("report-text")).getDomProperty("value")).startsWith("# Calm: ")
						.contains("## Leases held now", "ConsoleTests.aReportIsCopiedAsMarkdown(ConsoleTests.java:",
								"## Schema", "created table public.notes"));
			browser.find(By.id("report-close")).click();
			assertThat(held.isClosed()).isFalse();
		}
	}

	@Test
	void aStackIsShownOnDemand() throws SQLException {
		try (Connection held = this.dataSource.getConnection()) {
			By button = By.cssSelector("#leases button[aria-expanded]");
			waiting().ignoreException(NoSuchElementException.class)
				.untilAsserted(() -> assertThat(browser.find(button).getText()).startsWith("Show"));
			browser.find(button).sendKeys(Keys.ENTER);
			waiting().untilAsserted(() -> assertThat(browser.find(By.cssSelector("#leases .stack")).getText())
				.contains("ConsoleTests.aStackIsShownOnDemand"));
			assertThat(browser.find(button).getDomAttribute("aria-expanded")).isEqualTo("true");
			assertThat(held.isClosed()).isFalse();
		}
	}

	@Test
	void aStackIsHiddenOnceItsConnectionIsSomebodyElses() throws Exception {
		for (int connection = 0; connection < 5; connection++) {
			this.opened.add(this.dataSource.getConnection());
		}
		Connection last = borrow("orders-1");
		waiting().untilAsserted(() -> assertThat(browser.text("leases")).contains("orders-1"));
		clickStackOf("orders-1");
		waiting().untilAsserted(() -> assertThat(stack()).isNotEmpty());
		last.close();
		this.opened.add(borrow("orders-2"));
		waiting().untilAsserted(() -> assertThat(browser.text("leases")).contains("orders-2"));
		assertThat(stack()).isEmpty();
		clickStackOf("orders-2");
		waiting().untilAsserted(() -> assertThat(stack()).isNotEmpty());
	}

	private static void clickStackOf(String holder) {
		assertThat(browser.<String>script("""
				const button = [...document.querySelectorAll('#leases tbody tr')]
				  .find((row) => row.innerText.includes(arguments[0])).querySelector('button[aria-expanded]');
				const before = button.innerText.split(' ')[0] + ' ' + button.getAttribute('aria-expanded');
				button.click();
				return before;""", holder)).startsWith("Show").endsWith("false");
	}

	private static String stack() {
		return browser.script("return [...document.querySelectorAll('#leases .stack')]"
				+ ".map((box) => box.checkVisibility() ? box.innerText : '').join('')");
	}

	@Test
	void theTransactionIsShownByItsName() {
		DefaultTransactionDefinition definition = new DefaultTransactionDefinition();
		definition.setName("Orders.place");
		new TransactionTemplate(this.transactionManager, definition).executeWithoutResult((status) -> {
			new JdbcTemplate(this.dataSource).queryForObject("select 1", Integer.class);
			waiting().untilAsserted(() -> assertThat(browser.text("leases")).contains("Orders.place"));
		});
		waiting().untilAsserted(() -> assertThat(browser.text("history")).doesNotContain("unknown"));
	}

	@Test
	void anInstanceThatNoLongerAnswersIsNotShownAsCalm() {
		browser.script("window.fetch = () => Promise.reject(new Error('gone'))");
		waiting().untilAsserted(() -> {
			assertThat(browser.text("level")).isEqualTo("Unknown");
			assertThat(browser.text("trouble")).contains("does not answer (gone)", "What is shown is of");
		});
	}

	@ParameterizedTest
	@CsvSource({ "360,light", "360,dark", "1280,light", "1280,dark" })
	void pageIsLegibleAndHasNoBarriers(int width, String scheme) throws Exception {
		browser.size(width, 1);
		browser.media("prefers-color-scheme", scheme);
		try (Connection blocker = borrow("orders-1")) {
			CompletableFuture<Void> waiter = waitFor(blocker);
			for (int session = 0; session < 24; session++) {
				connect("billing/" + "%06d".formatted(session / 8));
			}
			browser.open(this.url);
			waiting().untilAsserted(
					() -> assertThat(browser.text("blocked")).contains("waits for", "ConsoleTests.borrow", "orders-1"));
			leakUntilItIsShown();
			assertThat(browser.barriers()).isEmpty();
			assertThat(Files.size(browser.screenshot("console-" + width + "-" + scheme))).isGreaterThan(10_000);
			assertThatNothingIsCutOff();
			blocker.rollback();
			waiter.join();
		}
		finally {
			browser.media("prefers-color-scheme", "");
		}
	}

	@Test
	void pageIsReadableAtTwiceTheSize() throws IOException {
		browser.size(640, 2);
		browser.open(this.url);
		assertThatNothingIsCutOff();
		assertThat(Files.size(browser.screenshot("console-zoomed"))).isGreaterThan(10_000);
	}

	@Test
	void nothingMovesForThoseWhoDoNotWantIt() {
		String property = "return getComputedStyle(document.querySelector('.used')).transitionDuration";
		browser.media("prefers-reduced-motion", "no-preference");
		assertThat(browser.<String>script(property)).isEqualTo("0.3s");
		browser.media("prefers-reduced-motion", "reduce");
		assertThat(browser.<String>script(property)).isEqualTo("0s");
	}

	private static void assertThatNothingIsCutOff() {
		assertThat(browser.<Boolean>script("return document.documentElement.scrollWidth <= innerWidth")).isTrue();
		assertThat(browser.<List<String>>script("""
				return [...document.querySelectorAll('main *')].filter((node) => node.getClientRects().length
				  && !node.closest('.hidden, svg, thead') && node.getBoundingClientRect().right > innerWidth + 1)
				  .map((node) => node.outerHTML);""")).isEmpty();
	}

	private static long refreshes() {
		return browser.<Long>script("return performance.getEntriesByType('resource')"
				+ ".filter((entry) => entry.name.endsWith('/data')).length");
	}

	private static ConditionFactory waiting() {
		return Awaitility.await().atMost(Duration.ofSeconds(30)).pollInterval(Duration.ofMillis(200));
	}

	private Connection connect(String application) throws SQLException {
		Connection connection = database.connectAs(database.username(), application);
		this.opened.add(connection);
		return connection;
	}

}
