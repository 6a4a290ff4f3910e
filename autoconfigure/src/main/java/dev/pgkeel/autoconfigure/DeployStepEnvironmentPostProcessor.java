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
 * only tries them. If it is to do so and nothing here would, it does not start: the
 * service itself would come up where a step is waited for.
 */
class DeployStepEnvironmentPostProcessor implements EnvironmentPostProcessor, Ordered {

	static final String EXIT_AFTER_APPLY = "pgkeel.schema.exit-after-apply";

	static final String DRY_RUN = "pgkeel.schema.dry-run";

	private static final String NAME = "pgkeelDeployStep";

	private static final List<String> STEPS = List.of(EXIT_AFTER_APPLY, DRY_RUN);

	private static final List<String> SWITCHES = List.of(OnSwitchCondition.PGKEEL, "pgkeel.schema.enabled");

	@Override
	public void postProcessEnvironment(ConfigurableEnvironment environment, SpringApplication application) {
		BareOptions.complete(environment);
		if (CheckEnvironmentPostProcessor.isCheck(environment)) {
			return;
		}
		String step = STEPS.stream().filter((name) -> Switch.isOn(environment, name, false)).findFirst().orElse(null);
		if (step != null) {
			OneShotBeans.demand(application, PgkeelDeployStepAutoConfiguration.END,
					() -> impossible(environment, step));
		}
		if (isDeployStep(environment)) {
			environment.getPropertySources()
				.addFirst(new MapPropertySource(NAME,
						Map.of("spring.main.web-application-type", "none", "spring.main.keep-alive", "false")));
		}
	}

	static boolean isDeployStep(Environment environment) {
		return SWITCHES.stream().allMatch((name) -> Switch.isOn(environment, name, true))
				&& STEPS.stream().anyMatch((step) -> Switch.isOn(environment, step, false));
	}

	private static SchemaScriptException impossible(Environment environment, String step) {
		for (String name : SWITCHES) {
			if (!Switch.isOn(environment, name, true)) {
				return new SchemaScriptException(
						step + " is true, but " + name + " is " + environment.getProperty(name)
								+ ", so that no schema script would be applied",
						"Start this step with --" + name + "=true, or without " + step + ".", null);
			}
		}
		return new SchemaScriptException(step + " is true, but nothing here applies schema scripts",
				"Do not exclude pgkeel's auto-configuration, or process the application ahead of time with"
						+ " pgkeel.enabled and pgkeel.schema.enabled, or start it without " + step + ".",
				null);
	}

	/**
	 * After the configuration files have been read.
	 */
	@Override
	public int getOrder() {
		return Ordered.LOWEST_PRECEDENCE;
	}

}
