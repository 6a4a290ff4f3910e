package dev.pgkeel.autoconfigure;

import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.BeanClassLoaderAware;
import org.springframework.boot.json.JsonParserFactory;

/**
 * The properties of all our modules and their types, as the metadata tells that the build
 * makes for editors.
 */
final class KnownProperties implements BeanClassLoaderAware {

	private static final Log logger = LogFactory.getLog(KnownProperties.class);

	static final String METADATA = "META-INF/spring-configuration-metadata.json";

	private static final String PREFIX = "pgkeel.";

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
		catch (IOException | RuntimeException ex) {
			logger.debug("The metadata of the properties cannot be read, so that mistakes in them are not found", ex);
			return Map.of();
		}
	}

	private static void read(URL file, Map<String, String> types) throws IOException {
		try (InputStream in = file.openStream()) {
			String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
			if (text.contains("\"" + PREFIX)
					&& JsonParserFactory.getJsonParser().parseMap(text).get("properties") instanceof List<?> list) {
				list.forEach((property) -> read((Map<?, ?>) property, types));
			}
		}
	}

	private static void read(Map<?, ?> property, Map<String, String> types) {
		String name = String.valueOf(property.get("name"));
		if (name.startsWith(PREFIX)) {
			types.put(name, String.valueOf(property.get("type")));
		}
	}

}
