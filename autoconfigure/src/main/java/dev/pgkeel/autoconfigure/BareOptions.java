package dev.pgkeel.autoconfigure;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import org.springframework.boot.context.properties.source.ConfigurationProperty;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertySource;
import org.springframework.core.env.CommandLinePropertySource;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.PropertySource;

/**
 * Options such as {@code --pgkeel.check} that stand on the command line without a value.
 * Spring takes them for empty, so that nothing was asked for: the service would come up,
 * and a dry run would be none.
 */
final class BareOptions {

	private static final String NAME = "pgkeelBareOptions";

	private static final List<String> OPTIONS = List.of(CheckEnvironmentPostProcessor.PROPERTY,
			DeployStepEnvironmentPostProcessor.EXIT_AFTER_APPLY, DeployStepEnvironmentPostProcessor.DRY_RUN);

	private BareOptions() {
	}

	/**
	 * Takes them for {@code true}, no matter how often it is called.
	 * @param environment the environment
	 */
	static void complete(ConfigurableEnvironment environment) {
		PropertySource<?> arguments = environment.getPropertySources()
			.get(CommandLinePropertySource.COMMAND_LINE_PROPERTY_SOURCE_NAME);
		ConfigurationPropertySource source = (arguments != null) ? ConfigurationPropertySource.from(arguments) : null;
		if (source == null) {
			return;
		}
		Map<String, Object> asked = new LinkedHashMap<>();
		for (String name : OPTIONS) {
			ConfigurationProperty option = source.getConfigurationProperty(ConfigurationPropertyName.of(name));
			if (option != null && "".equals(option.getValue())) {
				asked.put(name, "true");
			}
		}
		if (!asked.isEmpty()) {
			environment.getPropertySources().addFirst(new MapPropertySource(NAME, asked));
		}
	}

}
