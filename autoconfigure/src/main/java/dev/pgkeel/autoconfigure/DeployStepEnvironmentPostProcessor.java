package dev.pgkeel.autoconfigure;

import java.util.Map;

import org.springframework.boot.EnvironmentPostProcessor;
import org.springframework.boot.SpringApplication;
import org.springframework.core.Ordered;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.Environment;
import org.springframework.core.env.MapPropertySource;

/**
 * Keeps a web server from coming up when the application only applies schema scripts, or
 * only tries them.
 */
class DeployStepEnvironmentPostProcessor implements EnvironmentPostProcessor, Ordered {

	private static final String NAME = "pgkeelDeployStep";

	@Override
	public void postProcessEnvironment(ConfigurableEnvironment environment, SpringApplication application) {
		if (isDeployStep(environment)) {
			environment.getPropertySources()
				.addFirst(new MapPropertySource(NAME,
						Map.of("spring.main.web-application-type", "none", "spring.main.keep-alive", "false")));
		}
	}

	static boolean isDeployStep(Environment environment) {
		return isTrue(environment, "pgkeel.enabled", true) && isTrue(environment, "pgkeel.schema.enabled", true)
				&& (isTrue(environment, "pgkeel.schema.dry-run", false)
						|| isTrue(environment, "pgkeel.schema.exit-after-apply", false));
	}

	/**
	 * What is no boolean is reported where the properties are bound.
	 */
	static boolean isTrue(Environment environment, String name, boolean otherwise) {
		String value = environment.getProperty(name);
		return (value != null) ? Boolean.parseBoolean(value.strip()) : otherwise;
	}

	/**
	 * After the configuration files have been read.
	 */
	@Override
	public int getOrder() {
		return Ordered.LOWEST_PRECEDENCE;
	}

}
