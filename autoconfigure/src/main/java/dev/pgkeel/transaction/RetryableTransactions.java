package dev.pgkeel.transaction;

import java.lang.reflect.Method;

import org.springframework.resilience.retry.MethodRetryPredicate;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/**
 * Predicate for Spring's {@code @Retryable}, around a method that is
 * {@code @Transactional}: only a serialization failure or a deadlock, and only where no
 * transaction around it lives on.
 *
 * @since 0.1.0
 */
public class RetryableTransactions implements MethodRetryPredicate {

	@Override
	public boolean shouldRetry(Method method, Throwable failure) {
		return !TransactionSynchronizationManager.isActualTransactionActive() && SqlStates.retryable(failure);
	}

}
