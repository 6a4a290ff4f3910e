package dev.pgkeel.autoconfigure;

import java.util.function.Function;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.source.ConfigurationProperty;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertySource;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.origin.Origin;
import org.springframework.core.env.Environment;

/**
 * Tells where the user set a property of the pool, without its value.
 */
final class PoolPropertyOrigins implements Function<String, @Nullable String> {

	static final String PREFIX = "spring.datasource.hikari.";

	private final Environment environment;

	PoolPropertyOrigins(Environment environment) {
		this.environment = environment;
	}

	@Override
	public @Nullable String apply(String property) {
		ConfigurationPropertyName name = ConfigurationPropertyName.adapt(PREFIX + property, '.');
		for (ConfigurationPropertySource source : ConfigurationPropertySources.get(this.environment)) {
			ConfigurationProperty found = source.getConfigurationProperty(name);
			if (found != null) {
				Origin origin = found.getOrigin();
				return (origin != null) ? origin.toString() : "the environment";
			}
		}
		return null;
	}

}
