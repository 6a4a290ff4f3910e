package dev.pgkeel.testsupport;

import java.io.File;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.platform.commons.support.AnnotationSupport;

/**
 * Decides whether a test that needs programs runs, is skipped or fails.
 */
class RequiresComponentCondition implements ExecutionCondition {

	private final Map<String, String> environment;

	RequiresComponentCondition() {
		this(System.getenv());
	}

	RequiresComponentCondition(Map<String, String> environment) {
		this.environment = environment;
	}

	@Override
	public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
		return AnnotationSupport.findAnnotation(context.getElement(), RequiresComponent.class)
			.map((annotation) -> evaluate(annotation.value()))
			.orElse(ConditionEvaluationResult.enabled("Nothing is required"));
	}

	ConditionEvaluationResult evaluate(String... programs) {
		List<String> missing = Arrays.stream(programs).filter((program) -> !isInstalled(program)).toList();
		if (missing.isEmpty()) {
			return ConditionEvaluationResult.enabled("All required programs are installed");
		}
		if (Boolean.parseBoolean(this.environment.get("TEST_REQUIRE_COMPONENTS"))) {
			throw new IllegalStateException("TEST_REQUIRE_COMPONENTS is true, but these are not installed: " + missing);
		}
		return ConditionEvaluationResult.disabled("Not installed: " + missing);
	}

	private boolean isInstalled(String program) {
		String path = this.environment.getOrDefault("PATH", "");
		// Debian keeps servers where an ordinary user does not look
		return Arrays.stream((path + File.pathSeparator + "/usr/sbin").split(File.pathSeparator))
			.anyMatch((directory) -> new File(directory, program).canExecute());
	}

}
