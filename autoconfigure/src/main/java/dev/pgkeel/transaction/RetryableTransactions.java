package dev.pgkeel.transaction;

import java.lang.reflect.Method;
import java.util.function.Predicate;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.BeanFactory;
import org.springframework.resilience.retry.MethodRetryPredicate;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/**
 * Predicate for Spring's {@code @Retryable}, around a method that is
 * {@code @Transactional}: only a serialization failure or a deadlock, only where no
 * transaction around it lives on, and only while no transaction of Spring's has been
 * committed, inside it ({@code REQUIRES_NEW}) neither. What is written in auto-commit, to
 * a second data source say, and transactions of a manager that is no bean are not
 * counted. Without {@code pgkeel.transaction.enabled} nobody counts commits, and nothing
 * is retried.
 *
 * @since 0.1.0
 */
public class RetryableTransactions implements MethodRetryPredicate {

	private static final Log logger = LogFactory.getLog(RetryableTransactions.class);

	private final @Nullable TransactionGuard guard;

	/**
	 * Creates a predicate. Spring does, for each method.
	 * @param beans the beans, among which the guard of the transactions is no candidate
	 * for a parameter
	 */
	public RetryableTransactions(BeanFactory beans) {
		this.guard = beans.getBeanProvider(TransactionGuard.class).getIfAvailable();
		if (this.guard != null) {
			this.guard.threadCommits().want();
		}
		else {
			logger.warn("Nothing is retried: without pgkeel.transaction.enabled it is unknown what a method has"
					+ " committed before it failed");
		}
	}

	@Override
	public boolean shouldRetry(Method method, Throwable failure) {
		return this.guard != null && !TransactionSynchronizationManager.isActualTransactionActive()
				&& SqlStates.retryable(failure);
	}

	@Override
	public Predicate<Throwable> forMethod(Method method) {
		long before = commits();
		return (failure) -> commits() == before && shouldRetry(method, failure);
	}

	private long commits() {
		return (this.guard != null) ? this.guard.threadCommits().get() : 0;
	}

}
