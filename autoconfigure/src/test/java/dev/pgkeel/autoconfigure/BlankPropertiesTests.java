package dev.pgkeel.autoconfigure;

import java.util.Map;
import java.util.TreeMap;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.StandardEnvironment;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests that what an empty variable gives, as in <code>${DB_CA:}</code>, is not set.
 */
class BlankPropertiesTests {

	@ParameterizedTest
	@ValueSource(strings = { "", "${absent:}" })
	void blankPropertyIsNotSet(String blank) {
		PgkeelProperties unset = bound(Map.of());
		Map<String, Object> all = new TreeMap<>();
		new KnownProperties(getClass().getClassLoader()).types().keySet().forEach((name) -> {
			assertThat(bound(Map.of(name, blank))).as(name).isEqualTo(unset);
			all.put(name, blank);
		});
		assertThat(bound(all)).isEqualTo(unset);
	}

	@Test
	void blankLocationsAmongOthersAreLeftOut() {
		assertThat(bound(Map.of("pgkeel.schema.locations", "a.sql,, b.sql")).schema().locations())
			.containsExactly("a.sql", "b.sql");
	}

	private static PgkeelProperties bound(Map<String, Object> properties) {
		StandardEnvironment environment = new StandardEnvironment();
		environment.getPropertySources().addFirst(new MapPropertySource("test", properties));
		ConfigurationPropertySources.attach(environment);
		return Binder.get(environment).bindOrCreate("pgkeel", PgkeelProperties.class);
	}

}
