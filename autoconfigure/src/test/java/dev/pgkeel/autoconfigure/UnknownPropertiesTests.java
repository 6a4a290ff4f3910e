package dev.pgkeel.autoconfigure;

import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.PropertySource;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.core.env.SystemEnvironmentPropertySource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link UnknownProperties}.
 */
@ExtendWith(OutputCaptureExtension.class)
class UnknownPropertiesTests {

	@ParameterizedTest
	@ValueSource(strings = { "pgkeel.mode", "pgkeel.runtime-profile", "pgkeel.runtimeProfile", "pgkeel.RUNTIME_PROFILE",
			"pgkeel.schema.locations[0]", "pgkeel.schema.lock-timeout", "pgkeel.embedded.port", "pgkeelx.mode",
			"spring.datasource.url" })
	void knownPropertiesAreNotMentioned(String name, CapturedOutput output) {
		check(new MapPropertySource("test", Map.of(name, "value")));
		assertThat(lines(output)).isEmpty();
	}

	@ParameterizedTest
	@ValueSource(strings = { "PGKEEL_MODE", "PGKEEL_RUNTIMEPROFILE", "PGKEEL_RUNTIME_PROFILE",
			"PGKEEL_SCHEMA_LOCKTIMEOUT", "PGKEEL_SCHEMA_LOCATIONS_0", "PGKEEL_SERVICE_HOST", "PGKEEL_HOME" })
	void variablesAreProperties(String name, CapturedOutput output) {
		check(new SystemEnvironmentPropertySource("test-systemEnvironment", Map.of(name, "value")));
		assertThat(lines(output)).isEmpty();
	}

	@ParameterizedTest
	@CsvSource({ "pgkeel.runtime-profil, pgkeel.runtime-profile", "pgkeel.scheme.enabled, pgkeel.schema.enabled",
			"pgkeel.tls.modus, pgkeel.tls.mode", "pgkeel.schema.location, pgkeel.schema.locations" })
	void unknownPropertyIsMentionedWithTheNearestOne(String name, String nearest, CapturedOutput output) {
		check(new MapPropertySource("test", Map.of(name, "secret-value")));
		assertThat(lines(output)).singleElement()
			.asString()
			.contains(" WARN ", "There is no property '" + name + "'", "Did you mean '" + nearest + "'?")
			.doesNotContain("secret-value");
	}

	@Test
	void misspeltVariableIsMentioned(CapturedOutput output) {
		check(new SystemEnvironmentPropertySource("test-systemEnvironment", Map.of("PGKEEL_RUNTIMEPROFIL", "value")));
		assertThat(lines(output)).singleElement().asString().contains("Did you mean 'pgkeel.runtime-profile'?");
	}

	@Test
	void unreadableMetadataMeansNoWarning(CapturedOutput output) {
		StandardEnvironment environment = new StandardEnvironment();
		environment.getPropertySources().addFirst(new MapPropertySource("test", Map.of("pgkeel.absent", "value")));
		new UnknownProperties(UsedProperty.in(environment), new KnownProperties(ClassLoader.getPlatformClassLoader()))
			.check();
		assertThat(lines(output)).isEmpty();
	}

	private void check(PropertySource<?> source) {
		StandardEnvironment environment = new StandardEnvironment();
		environment.getPropertySources().addFirst(source);
		new UnknownProperties(UsedProperty.in(environment), new KnownProperties(getClass().getClassLoader())).check();
	}

	private static List<String> lines(CapturedOutput output) {
		return output.getOut().lines().filter((line) -> line.contains(".UnknownProperties ")).toList();
	}

}
