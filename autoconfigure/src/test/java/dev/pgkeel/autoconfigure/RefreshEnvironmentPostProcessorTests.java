package dev.pgkeel.autoconfigure;

import java.util.List;

import dev.pgkeel.lease.GuardedDataSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import org.springframework.boot.EnvironmentPostProcessor;
import org.springframework.boot.SpringApplication;
import org.springframework.core.io.DefaultResourceLoader;
import org.springframework.core.io.support.SpringFactoriesLoader;
import org.springframework.core.io.support.SpringFactoriesLoader.FailureHandler;
import org.springframework.core.test.tools.SourceFile;
import org.springframework.core.test.tools.TestCompiler;
import org.springframework.mock.env.MockEnvironment;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link RefreshEnvironmentPostProcessor}. Spring Cloud itself would join every
 * test's application, so there is only the class that is looked for.
 */
class RefreshEnvironmentPostProcessorTests {

	private static final String REBINDER = """
			package org.springframework.cloud.context.properties;
			public class ConfigurationPropertiesRebinder {
			}
			""";

	private final MockEnvironment environment = new MockEnvironment();

	@ParameterizedTest
	@CsvSource({ ", com.zaxxer.hikari.HikariDataSource", "'com.example.Mine,theirs', 'com.example.Mine,theirs'" })
	void guardedPoolIsLeftOutToo(String present, String kept) {
		if (present != null) {
			this.environment.setProperty(RefreshEnvironmentPostProcessor.PROPERTY, present);
		}
		TestCompiler.forSystem().compile(SourceFile.of(REBINDER), (compiled) -> {
			process(compiled.getClassLoader());
			process(compiled.getClassLoader());
		});
		assertThat(this.environment.getProperty("spring.cloud.refresh.never-refreshable"))
			.isEqualTo(kept + "," + GuardedDataSource.class.getName());
	}

	@Test
	void nothingIsAddedWithoutSpringCloud() {
		process(getClass().getClassLoader());
		assertThat(this.environment.getProperty("spring.cloud.refresh.never-refreshable")).isNull();
	}

	private void process(ClassLoader loader) {
		SpringApplication application = new SpringApplication(new DefaultResourceLoader(loader), getClass());
		List<EnvironmentPostProcessor> ours = SpringFactoriesLoader.forDefaultResourceLocation()
			.load(EnvironmentPostProcessor.class, FailureHandler.handleMessage((message, ex) -> {
			}))
			.stream()
			.filter((one) -> one.getClass() == RefreshEnvironmentPostProcessor.class)
			.toList();
		assertThat(ours).hasSize(1);
		ours.get(0).postProcessEnvironment(this.environment, application);
	}

}
