package dev.pgkeel.autoconfigure;

import dev.pgkeel.actuate.console.ConsoleView;
import org.jspecify.annotations.Nullable;

import org.springframework.aot.hint.BindingReflectionHintsRegistrar;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.RuntimeHintsRegistrar;

/**
 * What a native image has to keep of the console: its files, and what is written as JSON.
 */
final class ConsoleRuntimeHints implements RuntimeHintsRegistrar {

	@Override
	public void registerHints(RuntimeHints hints, @Nullable ClassLoader classLoader) {
		hints.resources().registerPattern("dev/pgkeel/actuate/console/console.*");
		new BindingReflectionHintsRegistrar().registerReflectionHints(hints.reflection(), ConsoleView.class);
	}

}
