package dev.pgkeel.embedded;

import java.util.Map;

import org.springframework.boot.EnvironmentPostProcessor;
import org.springframework.boot.SpringApplication;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.MapPropertySource;

/**
 * Keeps the library that unpacks and starts the server from reporting each of its steps
 * at INFO, unless the user sets its level.
 */
class QuietLibraryEnvironmentPostProcessor implements EnvironmentPostProcessor {

	@Override
	public void postProcessEnvironment(ConfigurableEnvironment environment, SpringApplication application) {
		environment.getPropertySources()
			.addLast(new MapPropertySource("pgkeelEmbeddedPostgres",
					Map.of("logging.level.io.zonky.test.db.postgres", "warn")));
	}

}
