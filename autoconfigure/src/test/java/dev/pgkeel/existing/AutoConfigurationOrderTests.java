package dev.pgkeel.existing;

import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.Test;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.context.annotation.Configurations;
import org.springframework.boot.context.annotation.ImportCandidates;
import org.springframework.util.ClassUtils;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Who comes first decides who backs off: the order of all others must be the one that
 * they have without pgkeel.
 */
class AutoConfigurationOrderTests {

	private static final String OURS = "dev.pgkeel.autoconfigure.";

	@Test
	void othersKeepTheirOrder() {
		List<Class<?>> all = candidates();
		List<Class<?>> others = all.stream().filter((candidate) -> !isOurs(candidate)).toList();
		List<String> without = sorted(others);
		List<String> with = sorted(all);
		assertThat(with).hasSizeGreaterThan(without.size());
		with.removeIf((name) -> name.startsWith(OURS));
		assertThat(with).isEqualTo(without);
	}

	private static boolean isOurs(Class<?> candidate) {
		return candidate.getName().startsWith(OURS);
	}

	private static List<Class<?>> candidates() {
		ClassLoader classLoader = AutoConfigurationOrderTests.class.getClassLoader();
		List<Class<?>> candidates = new ArrayList<>(List.of(OfACompany.class));
		for (String name : ImportCandidates.load(AutoConfiguration.class, classLoader)) {
			candidates.add(ClassUtils.resolveClassName(name, classLoader));
		}
		return candidates;
	}

	private static List<String> sorted(List<Class<?>> candidates) {
		Class<?>[] classes = Configurations
			.getClasses(List.of(AutoConfigurations.of(candidates.toArray(Class<?>[]::new))));
		return new ArrayList<>(List.of(classes).stream().map(Class::getName).toList());
	}

	/**
	 * By its name it comes after those of pgkeel and before those of Spring Boot.
	 */
	@AutoConfiguration
	static class OfACompany {

	}

}
