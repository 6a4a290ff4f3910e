package dev.pgkeel.autoconfigure;

import java.util.Map;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.PropertySource;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.core.env.SystemEnvironmentPropertySource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatNoException;

/**
 * Tests for {@link DurationProperties}. What the user reads is tested in
 * {@link PropertyMistakeTests}.
 */
class DurationPropertiesTests {

	private static final String NAME = "pgkeel.leak.suspect-after";

	@ParameterizedTest
	@ValueSource(strings = { "30", " 30 ", "+30", "-30s", "PT-30S", "P-1D", "106752d", "P106752D", "9999999h",
			"pt1m-90s", "${absent:30}" })
	void valueThatIsNoDurationIsRefused(String value) {
		refuses(new MapPropertySource("test", Map.of(NAME, value)));
	}

	@Test
	void numberIsRefused() {
		refuses(new MapPropertySource("test", Map.of(NAME, 30)));
	}

	@Test
	void variableIsLookedAt() {
		refuses(new SystemEnvironmentPropertySource("test-systemEnvironment",
				Map.of("PGKEEL_LEAK_SUSPECT_AFTER", "30")));
	}

	@Test
	void sourceThatDoesNotListItsPropertiesIsLookedAt() {
		refuses(new PropertySource<>("test", new Object()) {

			@Override
			public Object getProperty(String name) {
				return NAME.equals(name) ? "30" : null;
			}

		});
	}

	@ParameterizedTest
	@ValueSource(strings = { "30s", "PT30S", "PT1M-30S", "0", "${absent:30s}", "106751d", "600000ms" })
	void durationIsTaken(String value) {
		assertThatNoException().isThrownBy(() -> check(new MapPropertySource("test", Map.of(NAME, value))));
	}

	@Test
	void numberThatIsMeantToBeOneIsTaken() {
		assertThatNoException()
			.isThrownBy(() -> check(new MapPropertySource("test", Map.of("pgkeel.fleet.instances", 4))));
	}

	private static void refuses(PropertySource<?> source) {
		assertThatExceptionOfType(InvalidConfigurationPropertyValueException.class).isThrownBy(() -> check(source))
			.satisfies((ex) -> assertThat(ex.getName()).isEqualTo(NAME));
	}

	private static void check(PropertySource<?> source) {
		StandardEnvironment environment = new StandardEnvironment();
		environment.getPropertySources().addFirst(source);
		ConfigurationPropertySources.attach(environment);
		new DurationProperties(environment, UsedProperty.in(environment),
				new KnownProperties(DurationPropertiesTests.class.getClassLoader()))
			.check();
	}

}
