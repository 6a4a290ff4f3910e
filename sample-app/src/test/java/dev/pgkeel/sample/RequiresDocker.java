package dev.pgkeel.sample;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.testcontainers.DockerClientFactory;

/**
 * Marks a test that needs a Docker engine. Where none answers, the test is skipped, or
 * fails if the environment variable {@code TEST_REQUIRE_COMPONENTS} is {@code true}.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(RequiresDocker.Condition.class)
@interface RequiresDocker {

	/**
	 * Decides it once per test class.
	 */
	class Condition implements ExecutionCondition {

		@Override
		public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
			if (DockerClientFactory.instance().isDockerAvailable()) {
				return ConditionEvaluationResult.enabled("A Docker engine answers");
			}
			if (Boolean.parseBoolean(System.getenv("TEST_REQUIRE_COMPONENTS"))) {
				throw new IllegalStateException("TEST_REQUIRE_COMPONENTS is true, but no Docker engine answers");
			}
			return ConditionEvaluationResult.disabled("No Docker engine answers");
		}

	}

}
