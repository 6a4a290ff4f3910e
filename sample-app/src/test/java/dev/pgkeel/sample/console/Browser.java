package dev.pgkeel.sample.console;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.logging.Level;

import org.awaitility.Awaitility;
import org.openqa.selenium.By;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.logging.LogEntry;
import org.openqa.selenium.logging.LogType;
import org.openqa.selenium.logging.LoggingPreferences;

/**
 * A real Chromium without a window. Tests that use it need the components
 * {@code chromium} and {@code chromedriver}.
 */
final class Browser implements AutoCloseable {

	private static final Path SCREENSHOTS = Path.of("target", "screenshots");

	private final ChromeDriver driver;

	Browser() {
		ChromeOptions options = new ChromeOptions();
		options.setBinary(find("chromium"));
		// A container has no sandbox and a small /dev/shm
		options.addArguments("--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu",
				"--hide-scrollbars", "--lang=en");
		LoggingPreferences log = new LoggingPreferences();
		log.enable(LogType.BROWSER, Level.ALL);
		options.setCapability("goog:loggingPrefs", log);
		ChromeDriverService service = new ChromeDriverService.Builder()
			.usingDriverExecutable(new File(find("chromedriver")))
			.usingAnyFreePort()
			.build();
		this.driver = new ChromeDriver(service, options);
		size(1280, 1);
	}

	private static String find(String program) {
		return Arrays.stream(System.getenv("PATH").split(File.pathSeparator))
			.map((directory) -> new File(directory, program))
			.filter(File::canExecute)
			.findFirst()
			.orElseThrow()
			.getPath();
	}

	void open(String url) {
		this.driver.get(url);
		Awaitility.await()
			.atMost(Duration.ofSeconds(20))
			.until(() -> script("return performance.getEntriesByName('pgkeel-refresh').length > 0") == Boolean.TRUE);
	}

	void size(int width, int zoom) {
		cdp("Emulation.setDeviceMetricsOverride",
				Map.of("width", width, "height", 900, "deviceScaleFactor", zoom, "mobile", false));
	}

	void media(String feature, String value) {
		cdp("Emulation.setEmulatedMedia", Map.of("features", List.of(Map.of("name", feature, "value", value))));
	}

	Map<String, Object> cdp(String command, Map<String, Object> parameters) {
		return this.driver.executeCdpCommand(command, parameters);
	}

	@SuppressWarnings("unchecked")
	<T> T script(String script, Object... arguments) {
		return (T) this.driver.executeScript(script, arguments);
	}

	@SuppressWarnings("unchecked")
	<T> T async(String script) {
		return (T) this.driver.executeAsyncScript(script);
	}

	/**
	 * The text that a person sees.
	 */
	String text(String id) {
		return script("return document.getElementById(arguments[0]).innerText", id);
	}

	WebElement find(By by) {
		return this.driver.findElement(by);
	}

	WebElement focused() {
		return this.driver.switchTo().activeElement();
	}

	/**
	 * What the browser complains about.
	 */
	List<String> complaints() {
		return this.driver.manage()
			.logs()
			.get(LogType.BROWSER)
			.getAll()
			.stream()
			.filter((entry) -> entry.getLevel().intValue() >= Level.WARNING.intValue())
			.map(LogEntry::toString)
			.toList();
	}

	/**
	 * Writes a picture of the whole page.
	 */
	Path screenshot(String name) {
		Map<String, Object> answer = cdp("Page.captureScreenshot",
				Map.of("format", "png", "captureBeyondViewport", true));
		try {
			Files.createDirectories(SCREENSHOTS);
			return Files.write(SCREENSHOTS.resolve(name + ".png"),
					Base64.getDecoder().decode((String) answer.get("data")));
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * Looks for barriers that people meet, with axe-core.
	 * @return those that are serious or worse
	 */
	List<String> barriers() {
		try (InputStream axe = Browser.class.getResourceAsStream("/axe.min.js")) {
			script(new String(axe.readAllBytes(), StandardCharsets.UTF_8));
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		List<String> found = async("""
				const done = arguments[arguments.length - 1];
				axe.run().then((result) => done(result.violations
				  .filter((violation) => violation.impact === 'serious' || violation.impact === 'critical')
				  .map((violation) => violation.id + ': ' + violation.nodes.map((node) => node.html + ' '
				    + node.failureSummary).join('; '))), (error) => done([String(error)]));
				""");
		return found;
	}

	@Override
	public void close() {
		this.driver.quit();
	}

}
