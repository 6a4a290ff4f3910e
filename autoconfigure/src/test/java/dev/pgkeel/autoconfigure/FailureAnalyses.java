package dev.pgkeel.autoconfigure;

import org.springframework.beans.factory.BeanFactory;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.diagnostics.FailureAnalyzer;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.env.Environment;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.core.io.support.SpringFactoriesLoader;
import org.springframework.core.io.support.SpringFactoriesLoader.ArgumentResolver;
import org.springframework.core.io.support.SpringFactoriesLoader.FailureHandler;

/**
 * Analyzes a failure as Spring Boot does at start.
 */
final class FailureAnalyses {

	private FailureAnalyses() {
	}

	static FailureAnalysis of(Throwable failure) {
		return of(failure, ArgumentResolver.of(Environment.class, new StandardEnvironment()));
	}

	static FailureAnalysis of(Throwable failure, ConfigurableApplicationContext context) {
		return of(failure, ArgumentResolver.of(Environment.class, context.getEnvironment())
			.and(BeanFactory.class, context.getBeanFactory()));
	}

	private static FailureAnalysis of(Throwable failure, ArgumentResolver arguments) {
		return SpringFactoriesLoader.forDefaultResourceLocation()
			.load(FailureAnalyzer.class, arguments, FailureHandler.handleMessage((message, ex) -> {
			}))
			.stream()
			.map((analyzer) -> analyzer.analyze(failure))
			.filter((analysis) -> analysis != null)
			.findFirst()
			.orElseThrow(() -> new AssertionError("No failure analysis", failure));
	}

}
