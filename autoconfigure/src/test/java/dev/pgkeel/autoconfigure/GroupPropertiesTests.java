package dev.pgkeel.autoconfigure;

import java.util.Map;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.PropertySource;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.core.env.SystemEnvironmentPropertySource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatNoException;

/**
 * Tests for {@link GroupProperties}. What the user reads is tested in
 * {@link PropertyMistakeTests}.
 */
class GroupPropertiesTests {

	@ParameterizedTest
	@CsvSource({ "pgkeel.monitor, pgkeel.monitor.enabled", "pgkeel.alert.webhook," })
	void valueOfAGroupIsRefused(String name, @Nullable String enabled) {
		assertThatExceptionOfType(GroupPropertyException.class)
			.isThrownBy(() -> check(new MapPropertySource("test", Map.of(name, "canary"))))
			.withMessageStartingWith(name + " is set")
			.withMessageNotContaining("canary")
			.satisfies((ex) -> assertThat(ex.getSwitchedBy()).isEqualTo(enabled));
	}

	@ParameterizedTest
	@CsvSource({ "PGKEEL_SCHEMA, pgkeel.schema", "PGKEEL_ALERT_WEBHOOK, pgkeel.alert.webhook" })
	void variableIsRefused(String variable, String name) {
		assertThatExceptionOfType(GroupPropertyException.class).isThrownBy(
				() -> check(new SystemEnvironmentPropertySource("test-systemEnvironment", Map.of(variable, "canary"))))
			.withMessageStartingWith(name + " is set");
	}

	@ParameterizedTest
	@CsvSource({ "pgkeel.schema, ''", "pgkeel.schema.locations[0], x", "pgkeel.monitor.enabled, false",
			"pgkeel.embedded.port, 0", "pgkeel.absent, x", "pgkeel.fleetx, 4" })
	void othersAreTaken(String name, String value) {
		assertThatNoException().isThrownBy(() -> check(new MapPropertySource("test", Map.of(name, value))));
	}

	private static void check(PropertySource<?> source) {
		StandardEnvironment environment = new StandardEnvironment();
		environment.getPropertySources().addFirst(source);
		new GroupProperties(UsedProperty.in(environment),
				new KnownProperties(GroupPropertiesTests.class.getClassLoader()))
			.check();
	}

}
