package dev.pgkeel.autoconfigure;

import org.springframework.boot.SpringBootExceptionReporter;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;

/**
 * Prints the one line of a check that is not fine, and nothing else. Asked before Spring
 * Boot's own reporter, which would explain the cause.
 */
@Order(Ordered.HIGHEST_PRECEDENCE)
final class CheckExceptionReporter implements SpringBootExceptionReporter {

	@Override
	public boolean reportException(Throwable failure) {
		if (failure instanceof CheckException check) {
			System.out.println(check.getMessage());
			return true;
		}
		return false;
	}

}
