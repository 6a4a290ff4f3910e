package dev.pgkeel.autoconfigure;

import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.source.ConfigurationProperty;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertySource;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.context.properties.source.ConfigurationPropertyState;
import org.springframework.boot.context.properties.source.IterableConfigurationPropertySource;
import org.springframework.core.env.Environment;
import org.springframework.core.env.SystemEnvironmentPropertySource;

/**
 * A property below {@code pgkeel} that somebody has set.
 *
 * @param name its name, without an index
 * @param value its value, placeholders not resolved
 * @param isVariable whether it is a variable of the environment
 */
record UsedProperty(String name, @Nullable Object value, boolean isVariable) {

	private static final ConfigurationPropertyName ROOT = ConfigurationPropertyName.of("pgkeel");

	/**
	 * Returns the properties in an environment, those first that win.
	 */
	static List<UsedProperty> in(Environment environment) {
		List<UsedProperty> used = new ArrayList<>();
		for (ConfigurationPropertySource source : ConfigurationPropertySources.get(environment)) {
			if (source instanceof IterableConfigurationPropertySource iterable) {
				iterable.stream().filter(ROOT::isAncestorOf).forEach((name) -> used.add(of(name, iterable)));
			}
		}
		return used;
	}

	/**
	 * Returns whether there may be others, in sources that do not list theirs.
	 */
	static boolean mayBeHidden(Environment environment) {
		for (ConfigurationPropertySource source : ConfigurationPropertySources.get(environment)) {
			if (!(source instanceof IterableConfigurationPropertySource)
					&& source.containsDescendantOf(ROOT) != ConfigurationPropertyState.ABSENT) {
				return true;
			}
		}
		return false;
	}

	private static UsedProperty of(ConfigurationPropertyName name, IterableConfigurationPropertySource source) {
		ConfigurationProperty property = source.getConfigurationProperty(name);
		return new UsedProperty(name.toString().replaceAll("\\[.*", ""),
				(property != null) ? property.getValue() : null,
				source.getUnderlyingSource() instanceof SystemEnvironmentPropertySource);
	}

}
