package dev.pgkeel.pool;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.mock.env.MockEnvironment;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link RuntimeProfileDetector}.
 */
@ExtendWith(OutputCaptureExtension.class)
class RuntimeProfileDetectorTests {

	private final MockEnvironment environment = new MockEnvironment();

	private final ClassLoader withoutDevTools = new FilteredClassLoader("org.springframework.boot.devtools");

	@ParameterizedTest
	@EnumSource(names = "AUTO", mode = EnumSource.Mode.EXCLUDE)
	void declaredProfileWins(RuntimeProfile declared) {
		this.environment.setProperty("AWS_LAMBDA_FUNCTION_NAME", "notes");
		assertThat(detect(declared, getClass().getClassLoader())).isEqualTo(new ActiveProfile(declared, "declared"));
	}

	@ParameterizedTest
	@ValueSource(strings = { "AWS_LAMBDA_FUNCTION_NAME", "FUNCTIONS_WORKER_RUNTIME", "AZURE_FUNCTIONS_ENVIRONMENT" })
	void functionPlatformIsServerless(String variable) {
		this.environment.setProperty(variable, "java");
		ActiveProfile profile = detect(RuntimeProfile.AUTO, this.withoutDevTools);
		assertThat(profile.profile()).isEqualTo(RuntimeProfile.SERVERLESS);
		assertThat(profile).hasToString("serverless (" + variable + " is set)");
	}

	@Test
	void devToolsMeanDevelopment() {
		ActiveProfile profile = detect(RuntimeProfile.AUTO, getClass().getClassLoader());
		assertThat(profile).hasToString("development (Spring Boot DevTools is on the class path)");
	}

	@Test
	void nothingSpecialMeansLongLived(CapturedOutput output) {
		assertThat(detect(RuntimeProfile.AUTO, this.withoutDevTools)).hasToString("long-lived (default)");
		assertThat(output).isEmpty();
	}

	@Test
	void knativeStaysLongLivedAndSaysWhenServerlessIsRight(CapturedOutput output) {
		this.environment.setProperty("K_SERVICE", "notes");
		assertThat(detect(RuntimeProfile.AUTO, this.withoutDevTools).profile()).isEqualTo(RuntimeProfile.LONG_LIVED);
		assertThat(output.getOut().lines()).singleElement()
			.asString()
			.contains(" INFO ", "pgkeel.runtime-profile=serverless", "one request at a time", "scales to zero",
					"keep long-lived if");
	}

	@Test
	void declaredProfileOnKnativeNeedsNoAdvice(CapturedOutput output) {
		this.environment.setProperty("K_SERVICE", "notes");
		detect(RuntimeProfile.LONG_LIVED, this.withoutDevTools);
		assertThat(output).isEmpty();
	}

	private ActiveProfile detect(RuntimeProfile declared, ClassLoader classLoader) {
		return new RuntimeProfileDetector(this.environment, classLoader).detect(declared);
	}

}
