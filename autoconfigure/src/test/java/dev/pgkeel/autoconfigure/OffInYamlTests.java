package dev.pgkeel.autoconfigure;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;

import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.env.YamlPropertySourceLoader;
import org.springframework.core.env.PropertySource;
import org.springframework.core.io.ByteArrayResource;
import org.springframework.util.ClassUtils;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests that {@code off} can be written in YAML as it is, where it is a boolean.
 */
class OffInYamlTests {

	@Test
	void everyPropertyThatCanBeOffCanBeSwitchedOff() {
		Map<String, String> types = new KnownProperties(getClass().getClassLoader()).types();
		assertThat(types).isNotEmpty();
		types.forEach((name, type) -> {
			if (canBeOff(type)) {
				assertThat(bound(name + ": off", name, type)).as(name)
					.extracting((value) -> ((Enum<?>) value).name())
					.isEqualTo("OFF");
				assertThat(bound(name + ": \"off\"", name, type)).as(name)
					.extracting((value) -> ((Enum<?>) value).name())
					.isEqualTo("OFF");
			}
		});
	}

	@Test
	void bareOffIsABooleanInYaml() throws IOException {
		assertThat(load("a: off").get(0).getProperty("a")).isEqualTo(false);
		assertThat(bound("a: off", "a", Sample.class.getName())).isEqualTo(Sample.OFF);
		assertThat(bound("a: warn", "a", Sample.class.getName())).isEqualTo(Sample.WARN);
	}

	private static boolean canBeOff(String type) {
		Class<?> candidate = ClassUtils.isPresent(type, null) ? ClassUtils.resolveClassName(type, null) : Object.class;
		return candidate.isEnum() && Stream.of(candidate.getEnumConstants())
			.anyMatch((constant) -> ((Enum<?>) constant).name().equals("OFF"));
	}

	private static Object bound(String yaml, String name, String type) {
		try {
			return new Binder(ConfigurationPropertySources.from(load(yaml)))
				.bind(name, ClassUtils.resolveClassName(type, null))
				.get();
		}
		catch (IOException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private static List<PropertySource<?>> load(String yaml) throws IOException {
		return new YamlPropertySourceLoader().load("test",
				new ByteArrayResource(yaml.getBytes(StandardCharsets.UTF_8)));
	}

	enum Sample {

		OFF, WARN

	}

}
