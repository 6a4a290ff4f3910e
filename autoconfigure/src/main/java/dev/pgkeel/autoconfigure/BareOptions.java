package dev.pgkeel.autoconfigure;

import java.util.Collection;
import java.util.LinkedHashMap;
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

	private BareOptions() {
	}

	/**
	 * Takes them for {@code true}.
	 * @param environment the environment
	 * @param names the options that may stand without a value
	 */
	static void complete(ConfigurableEnvironment environment, Collection<String> names) {
		PropertySource<?> arguments = environment.getPropertySources()
			.get(CommandLinePropertySource.COMMAND_LINE_PROPERTY_SOURCE_NAME);
		ConfigurationPropertySource source = (arguments != null) ? ConfigurationPropertySource.from(arguments) : null;
		if (source == null) {
			return;
		}
		Map<String, Object> asked = new LinkedHashMap<>();
		for (String name : names) {
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
