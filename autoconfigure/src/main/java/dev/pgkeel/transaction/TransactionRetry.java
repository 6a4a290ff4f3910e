package dev.pgkeel.transaction;

import java.time.Duration;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

import org.springframework.core.retry.RetryException;
import org.springframework.core.retry.RetryPolicy;
import org.springframework.core.retry.RetryTemplate;
import org.springframework.transaction.CannotCreateTransactionException;

/**
 * Runs a transaction again, in a fresh one, after a serialization failure or a deadlock.
 *
 * @param maxAttempts the number of attempts, the first included
 */
record TransactionRetry(int maxAttempts) {

	static final TransactionRetry OFF = new TransactionRetry(1);

	TransactionRetry {
		if (maxAttempts < 1) {
			throw new IllegalArgumentException("A transaction needs at least one attempt, and not " + maxAttempts);
		}
	}

	<T extends @Nullable Object> T execute(Supplier<T> attempt, Supplier<Boolean> mayRunAgain) {
		RetryPolicy policy = RetryPolicy.builder()
			.maxRetries(this.maxAttempts - 1L)
			.delay(Duration.ofMillis(20))
			.jitter(Duration.ofMillis(20))
			.multiplier(2)
			.maxDelay(Duration.ofSeconds(1))
			.predicate((failure) -> mayRunAgain.get())
			.build();
		try {
			return new RetryTemplate(policy).execute(attempt::get);
		}
		catch (RetryException ex) {
			throw last(ex);
		}
	}

	private static RuntimeException last(RetryException ex) {
		Throwable last = ex.getLastException();
		for (Throwable earlier : ex.getExceptions()) {
			if (earlier != last) {
				last.addSuppressed(earlier);
			}
		}
		if (last instanceof Error error) {
			throw error;
		}
		return (last instanceof RuntimeException failure) ? failure
				: new CannotCreateTransactionException("Interrupted before another attempt", last);
	}

}
