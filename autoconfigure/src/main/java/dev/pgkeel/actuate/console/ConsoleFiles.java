package dev.pgkeel.actuate.console;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.function.Supplier;

import org.springframework.core.io.ClassPathResource;
import org.springframework.web.util.HtmlUtils;

/**
 * The files that make the page.
 */
final class ConsoleFiles {

	static final String PAGE = "console.html";

	static final String STYLE = "console.css";

	static final String SCRIPT = "console.js";

	private static final String PATH = "@path@";

	private final Supplier<String> path;

	ConsoleFiles(Supplier<String> path) {
		this.path = path;
	}

	/**
	 * The page's own address has no slash at its end, so that it must name itself to name
	 * what is below it.
	 */
	byte[] page() {
		String page = new String(read(PAGE), StandardCharsets.UTF_8);
		return page.replace(PATH, HtmlUtils.htmlEscape(this.path.get())).getBytes(StandardCharsets.UTF_8);
	}

	byte[] style() {
		return read(STYLE);
	}

	byte[] script() {
		return read(SCRIPT);
	}

	private static byte[] read(String name) {
		try (InputStream file = new ClassPathResource(name, ConsoleFiles.class).getInputStream()) {
			return file.readAllBytes();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

}
