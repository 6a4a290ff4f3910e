package dev.pgkeel.autoconfigure;

import java.util.List;
import java.util.Map;

import dev.pgkeel.schema.SchemaScriptException;

import org.springframework.boot.EnvironmentPostProcessor;
import org.springframework.boot.SpringApplication;
import org.springframework.core.Ordered;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.Environment;
import org.springframework.core.env.MapPropertySource;

/**
 * Keeps a web server from coming up when the application only applies schema scripts, or
 * only tries them. If it is to do so and may not, it does not start: the service itself
 * would come up where a step is waited for.
 */
class DeployStepEnvironmentPostProcessor implements EnvironmentPostProcessor, Ordered {

	private static final String NAME = "pgkeelDeployStep";

	private static final List<String> STEPS = List.of("pgkeel.schema.exit-after-apply", "pgkeel.schema.dry-run");

	private static final List<String> SWITCHES = List.of("pgkeel.enabled", "pgkeel.schema.enabled");

	@Override
	public void postProcessEnvironment(ConfigurableEnvironment environment, SpringApplication application) {
		if (!CheckEnvironmentPostProcessor.isCheck(environment)) {
			assertPossible(environment);
		}
		if (isDeployStep(environment)) {
			environment.getPropertySources()
				.addFirst(new MapPropertySource(NAME,
						Map.of("spring.main.web-application-type", "none", "spring.main.keep-alive", "false")));
		}
	}

	private static void assertPossible(Environment environment) {
		STEPS.stream().filter((step) -> isTrue(environment, step, false)).findFirst().ifPresent((step) -> {
			for (String name : SWITCHES) {
				if (!isTrue(environment, name, true)) {
					throw new SchemaScriptException(
							step + " is true, but " + name + " is " + environment.getProperty(name)
									+ ", so that no schema script would be applied",
							"Start this step with --" + name + "=true, or without " + step + ".", null);
				}
			}
		});
	}

	static boolean isDeployStep(Environment environment) {
		return SWITCHES.stream().allMatch((name) -> isTrue(environment, name, true))
				&& STEPS.stream().anyMatch((step) -> isTrue(environment, step, false));
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
