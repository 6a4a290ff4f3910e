package dev.pgkeel.autoconfigure;

import dev.pgkeel.alert.CheckResult;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.BeanFactory;
import org.springframework.boot.ExitCodeGenerator;
import org.springframework.core.env.Environment;

/**
 * Ends the application with the exit code of a check that is not fine. A failure is
 * Spring Boot's only way to an exit code that does not depend on the application's main
 * method.
 */
final class CheckException extends RuntimeException implements ExitCodeGenerator {

	private final transient CheckResult result;

	private final int exitCode;

	CheckException(CheckResult result, @Nullable Throwable cause) {
		super(result.toString(), cause);
		this.result = result;
		this.exitCode = result.verdict().exitCode();
	}

	/**
	 * Nobody can tell, since what is needed for that cannot be made.
	 */
	static CheckException ofConfiguration(Throwable cause, Environment environment, @Nullable BeanFactory beans) {
		return new CheckException(failedConfiguration(cause, environment, beans), cause);
	}

	static CheckResult failedConfiguration(Throwable cause, Environment environment, @Nullable BeanFactory beans) {
		return CheckResult
			.unknown("the application's configuration failed: " + OneLineAnalysis.of(cause, environment, beans));
	}

	CheckResult result() {
		return this.result;
	}

	@Override
	public int getExitCode() {
		return this.exitCode;
	}

}
