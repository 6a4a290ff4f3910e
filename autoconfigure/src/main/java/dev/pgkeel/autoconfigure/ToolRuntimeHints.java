package dev.pgkeel.autoconfigure;

import java.lang.reflect.Field;

import org.jspecify.annotations.Nullable;

import org.springframework.aot.hint.ReflectionHints;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.RuntimeHintsRegistrar;
import org.springframework.util.ReflectionUtils;

/**
 * What a native image has to keep so that other tools are recognized, those of them that
 * are on the class path.
 */
final class ToolRuntimeHints implements RuntimeHintsRegistrar {

	@Override
	public void registerHints(RuntimeHints hints, @Nullable ClassLoader classLoader) {
		ReflectionHints reflection = hints.reflection();
		ToolThreats.FIELDS.forEach((type, name) -> {
			Field field = ReflectionUtils.findField(type, name);
			if (field != null) {
				reflection.registerField(field);
			}
		});
		ToolThreats.TYPES.forEach((name) -> reflection.registerTypeIfPresent(classLoader, name));
		MigrationTools.types().forEach((name) -> reflection.registerTypeIfPresent(classLoader, name));
	}

}
