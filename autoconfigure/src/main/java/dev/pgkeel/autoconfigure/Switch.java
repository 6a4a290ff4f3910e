package dev.pgkeel.autoconfigure;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.core.env.Environment;

/**
 * Reads a property that switches something on or off as Spring Boot binds it: what it
 * takes for a boolean counts, and what an empty variable gives is not set.
 */
final class Switch {

	private Switch() {
	}

	/**
	 * Returns what a switch says.
	 * @param environment the environment
	 * @param name the property's name
	 * @return its value, {@code null} if it is not set
	 * @throws BindException if it is no boolean
	 */
	static @Nullable Boolean value(Environment environment, String name) {
		// Most are not, and each binder costs some of the start
		if (!environment.containsProperty(name)) {
			return null;
		}
		Binder binder = Binder.get(environment);
		// A placeholder may have no value before run time
		if (AheadOfTime.isProcessing()
				&& Placeholders.unresolvedIn(binder.bind(name, String.class).orElse(null)) != null) {
			return null;
		}
		return binder.bind(name, Boolean.class).orElse(null);
	}

	/**
	 * Returns whether a switch is on. What is no boolean counts as not set: it is refused
	 * once conditions ask, or the properties are bound.
	 * @param environment the environment
	 * @param name the property's name
	 * @param unlessSet whether it is on where it is not set
	 */
	static boolean isOn(Environment environment, String name, boolean unlessSet) {
		try {
			Boolean value = value(environment, name);
			return (value != null) ? value : unlessSet;
		}
		catch (BindException ex) {
			return unlessSet;
		}
	}

}
