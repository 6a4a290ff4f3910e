package dev.pgkeel.autoconfigure;

import java.lang.reflect.Method;
import java.lang.reflect.Parameter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.context.annotation.ImportCandidates;
import org.springframework.context.annotation.Bean;
import org.springframework.core.ResolvableType;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests that our beans ask for each other by name, which keeps the start short.
 */
class ParameterNamesTests {

	@Test
	void parametersAreNamedAsTheBeansAre() throws ClassNotFoundException {
		List<Method> methods = beanMethods();
		Map<Class<?>, String> names = new HashMap<>();
		methods.forEach((method) -> names.put(method.getReturnType(), method.getName()));
		List<String> wanted = methods.stream()
			.flatMap((method) -> Arrays.stream(method.getParameters()))
			.filter((parameter) -> names.containsKey(beanType(parameter)))
			.map((parameter) -> names.get(beanType(parameter)) + " is " + parameter.getName())
			.toList();
		assertThat(wanted).hasSizeGreaterThan(30)
			.allSatisfy((pair) -> assertThat(pair.split(" is ")[1]).isEqualTo(pair.split(" is ")[0]));
	}

	private static List<Method> beanMethods() throws ClassNotFoundException {
		List<Method> methods = new ArrayList<>();
		for (String name : ImportCandidates.load(AutoConfiguration.class, ParameterNamesTests.class.getClassLoader())) {
			if (name.startsWith("dev.pgkeel.autoconfigure.")) {
				Class<?> configuration = Class.forName(name);
				Stream.concat(Stream.of(configuration), Arrays.stream(configuration.getDeclaredClasses()))
					.flatMap((type) -> Arrays.stream(type.getDeclaredMethods()))
					.filter((method) -> method.isAnnotationPresent(Bean.class))
					.filter((method) -> method.getReturnType().getName().startsWith("dev.pgkeel."))
					.forEach(methods::add);
			}
		}
		return methods;
	}

	private static Class<?> beanType(Parameter parameter) {
		if (parameter.getType() == ObjectProvider.class) {
			return ResolvableType.forType(parameter.getParameterizedType()).getGeneric().toClass();
		}
		return parameter.getType();
	}

}
