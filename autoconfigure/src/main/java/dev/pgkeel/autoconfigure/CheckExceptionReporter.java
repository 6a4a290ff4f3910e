package dev.pgkeel.autoconfigure;

import java.util.stream.Stream;

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
		Throwable check = Stream.concat(Stream.of(failure), Stream.of(failure.getSuppressed()))
			.filter(CheckException.class::isInstance)
			.findFirst()
			.orElse(null);
		if (check != null) {
			System.out.println(check.getMessage());
		}
		return check != null;
	}

}
