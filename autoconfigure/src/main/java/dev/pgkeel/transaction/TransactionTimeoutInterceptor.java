package dev.pgkeel.transaction;

import java.util.List;
import java.util.function.Supplier;

import org.aopalliance.intercept.MethodInterceptor;
import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.BeansException;
import org.springframework.transaction.TransactionSystemException;
import org.springframework.transaction.TransactionTimedOutException;

/**
 * Interceptor around that of {@code @Transactional} methods, which lets the caller see
 * that the transaction's limit had expired, and no longer only what became of a statement
 * or the commit then. Safe for use by several threads.
 *
 * @since 0.1.0
 */
public final class TransactionTimeoutInterceptor implements MethodInterceptor {

	private final Supplier<List<TransactionGuard>> guards;

	/**
	 * Creates an interceptor.
	 * @param guards tells the listeners of the transactions, asked after a failure
	 */
	public TransactionTimeoutInterceptor(Supplier<List<TransactionGuard>> guards) {
		this.guards = guards;
	}

	@Override
	public @Nullable Object invoke(MethodInvocation invocation) throws Throwable {
		long begin = System.nanoTime();
		try {
			return invocation.proceed();
		}
		catch (Throwable ex) {
			for (TransactionGuard guard : guards()) {
				Deadline expired = guard.expiredSince(begin);
				if (expired != null && expired.causedFailure(ex) && !(ex instanceof TransactionTimedOutException)) {
					Throwable own = failureBeforeRollback(ex);
					if (own != null && !expired.causedFailure(own)) {
						own.addSuppressed(ex);
						throw own;
					}
					throw TimeoutFailure.of(expired.describe(), ex);
				}
			}
			throw ex;
		}
	}

	/**
	 * Where the server has ended the session the rollback fails, and Spring throws what
	 * that fails with.
	 */
	private static @Nullable Throwable failureBeforeRollback(Throwable failure) {
		return (failure instanceof TransactionSystemException ofRollback) ? ofRollback.getApplicationException() : null;
	}

	/**
	 * Once the context is closed there is none to be had, and the method's own failure is
	 * what its caller has to see.
	 */
	private List<TransactionGuard> guards() {
		try {
			return this.guards.get();
		}
		catch (BeansException | IllegalStateException ex) {
			return List.of();
		}
	}

}
