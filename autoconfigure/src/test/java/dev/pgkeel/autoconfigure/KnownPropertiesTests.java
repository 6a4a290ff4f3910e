package dev.pgkeel.autoconfigure;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.TreeMap;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests {@link KnownProperties}.
 */
class KnownPropertiesTests {

	@Test
	void typesAreThoseOfTheMetadata() throws IOException {
		Map<String, String> expected = new TreeMap<>();
		ClassLoader loader = getClass().getClassLoader();
		for (String module : new String[] { "pgkeel.mode", "pgkeel.embedded.port" }) {
			assertThat(new KnownProperties(loader).types()).containsKey(module);
		}
		loader.getResources("META-INF/spring-configuration-metadata.json").asIterator().forEachRemaining((file) -> {
			try (InputStream in = file.openStream()) {
				for (JsonNode property : JsonMapper.shared().readTree(in).get("properties")) {
					if (property.get("name").asString().startsWith("pgkeel.")) {
						expected.put(property.get("name").asString(), property.get("type").asString());
					}
				}
			}
			catch (IOException ex) {
				throw new UncheckedIOException(ex);
			}
		});
		assertThat(new KnownProperties(loader).types()).isEqualTo(expected).hasSizeGreaterThan(50);
	}

	@Test
	void withoutMetadataNothingIsKnown() {
		assertThat(new KnownProperties(ClassLoader.getPlatformClassLoader()).types()).isEmpty();
	}

	@ParameterizedTest
	@CsvSource({ "pgkeel.mode, true", "pgkeel.schema.lock-timeout, true", "pgkeel.schema, false",
			"pgkeel.schema.locktimeout, false", "pgkeel.embedded.port, false", "pgkeel.absent, false" })
	void propertiesOfThisModuleAreSure(String name, boolean sure) {
		assertThat(new KnownProperties(getClass().getClassLoader()).surely(name)).isEqualTo(sure);
	}

}
