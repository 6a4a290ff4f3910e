package dev.pgkeel.autoconfigure;

import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.BeanClassLoaderAware;

/**
 * The properties of all our modules and their types, as the metadata tells that the build
 * makes for editors.
 */
final class KnownProperties implements BeanClassLoaderAware {

	private static final Log logger = LogFactory.getLog(KnownProperties.class);

	static final String METADATA = "META-INF/spring-configuration-metadata.json";

	private static final Pattern SECTION = Pattern.compile("\"properties\"\\s*:\\s*\\[");

	/**
	 * As Spring Boot's annotation processor writes it. A parser for JSON would have to be
	 * loaded for these few lines, at every start.
	 */
	private static final Pattern PROPERTY = Pattern
		.compile("\\{\\s*\"name\"\\s*:\\s*\"(pgkeel\\.[^\"]+)\"\\s*,\\s*\"type\"\\s*:\\s*\"([^\"]+)\"");

	private @Nullable ClassLoader classLoader;

	private volatile @Nullable Map<String, String> types;

	@Override
	public void setBeanClassLoader(ClassLoader classLoader) {
		this.classLoader = classLoader;
	}

	/**
	 * Returns the types, for which the metadata is read once.
	 * @return the types by the properties' names, empty if there is no metadata
	 */
	Map<String, String> types() {
		Map<String, String> known = this.types;
		if (known == null) {
			known = read();
			this.types = known;
		}
		return known;
	}

	private Map<String, String> read() {
		Map<String, String> found = new TreeMap<>();
		try {
			ClassLoader loader = (this.classLoader != null) ? this.classLoader : KnownProperties.class.getClassLoader();
			for (URL file : Collections.list(loader.getResources(METADATA))) {
				read(file, found);
			}
			return found;
		}
		catch (IOException ex) {
			logger.debug("The metadata of the properties cannot be read, so that mistakes in them are not found", ex);
			return Map.of();
		}
	}

	private static void read(URL file, Map<String, String> types) throws IOException {
		try (InputStream in = file.openStream()) {
			String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
			Matcher section = SECTION.matcher(text);
			// Nobody else's properties begin with our name
			if (text.contains("\"pgkeel.") && section.find()) {
				Matcher property = PROPERTY.matcher(text).region(section.end(), text.length());
				while (property.find()) {
					types.put(property.group(1), property.group(2));
				}
			}
		}
	}

}
