package dev.pgkeel.transaction;

import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

import org.springframework.core.retry.RetryException;
import org.springframework.core.retry.RetryListener;
import org.springframework.core.retry.RetryPolicy;
import org.springframework.core.retry.RetryState;
import org.springframework.core.retry.RetryTemplate;
import org.springframework.core.retry.Retryable;
import org.springframework.transaction.CannotCreateTransactionException;

/**
 * Runs a transaction again, in a fresh one, after a serialization failure or a deadlock.
 *
 * @param settings how often and how soon
 */
record TransactionRetry(RetrySettings settings) {

	<T extends @Nullable Object> T execute(Supplier<T> attempt, Supplier<Boolean> mayRunAgain, Runnable again) {
		RetryPolicy policy = RetryPolicy.builder()
			.maxRetries(this.settings.maxAttempts() - 1L)
			.delay(this.settings.delay())
			.jitter(this.settings.delay())
			.multiplier(this.settings.multiplier())
			.maxDelay(this.settings.maxDelay())
			.predicate((failure) -> mayRunAgain.get())
			.build();
		RetryTemplate template = new RetryTemplate(policy);
		template.setRetryListener(new RetryListener() {

			@Override
			public void beforeRetry(RetryPolicy retryPolicy, Retryable<?> retryable, RetryState retryState) {
				again.run();
			}

		});
		try {
			return template.execute(attempt::get);
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
