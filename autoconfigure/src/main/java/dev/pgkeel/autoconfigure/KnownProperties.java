package dev.pgkeel.autoconfigure;

import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.security.CodeSource;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.json.JsonParserFactory;

/**
 * The properties of all our modules and their types, as the metadata tells that the build
 * makes for editors.
 */
final class KnownProperties {

	private static final Log logger = LogFactory.getLog(KnownProperties.class);

	static final String METADATA = "META-INF/spring-configuration-metadata.json";

	private static final String PREFIX = "pgkeel.";

	/**
	 * Where the properties begin, after the groups of them.
	 */
	private static final String PROPERTIES = "\"properties\": [";

	private final ClassLoader classLoader;

	private volatile @Nullable Map<String, String> types;

	private volatile @Nullable String own;

	/**
	 * Creates the properties.
	 * @param classLoader where the metadata of all modules is, {@code null} for where
	 * this class is
	 */
	KnownProperties(@Nullable ClassLoader classLoader) {
		this.classLoader = (classLoader != null) ? classLoader : KnownProperties.class.getClassLoader();
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

	/**
	 * Returns whether a property is one of this module, as far as a look at this module's
	 * metadata tells. Most applications set nothing else, and need not have the metadata
	 * of all modules read and parsed at start.
	 * @param name a property's name as the metadata writes it
	 * @return whether there is that property, {@code false} if that is not sure
	 */
	boolean surely(String name) {
		String text = this.own;
		if (text == null) {
			text = own();
			this.own = text;
		}
		return text.contains("\"name\": \"" + name + "\"");
	}

	private static String own() {
		CodeSource source = KnownProperties.class.getProtectionDomain().getCodeSource();
		String module = (source != null) ? String.valueOf(source.getLocation()) : "";
		try {
			for (URL file : Collections.list(KnownProperties.class.getClassLoader().getResources(METADATA))) {
				if (!module.isEmpty() && file.toString().contains(module)) {
					String text = text(file);
					return text.substring(Math.max(0, text.indexOf(PROPERTIES)));
				}
			}
		}
		catch (IOException ex) {
			logger.debug("This module's metadata cannot be read", ex);
		}
		return "";
	}

	private Map<String, String> read() {
		Map<String, String> found = new TreeMap<>();
		try {
			for (URL file : Collections.list(this.classLoader.getResources(METADATA))) {
				read(file, found);
			}
			return found;
		}
		catch (IOException | RuntimeException ex) {
			logger.debug("The metadata of the properties cannot be read, so that mistakes in them are not found", ex);
			return Map.of();
		}
	}

	private static void read(URL file, Map<String, String> types) throws IOException {
		String text = text(file);
		if (text.contains("\"" + PREFIX)
				&& JsonParserFactory.getJsonParser().parseMap(text).get("properties") instanceof List<?> list) {
			list.forEach((property) -> read((Map<?, ?>) property, types));
		}
	}

	private static String text(URL file) throws IOException {
		try (InputStream in = file.openStream()) {
			return new String(in.readAllBytes(), StandardCharsets.UTF_8);
		}
	}

	private static void read(Map<?, ?> property, Map<String, String> types) {
		String name = String.valueOf(property.get("name"));
		if (name.startsWith(PREFIX)) {
			types.put(name, String.valueOf(property.get("type")));
		}
	}

}
