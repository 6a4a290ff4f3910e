package dev.pgkeel.transaction;

import java.lang.reflect.UndeclaredThrowableException;

import org.jspecify.annotations.Nullable;

import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.TransactionException;
import org.springframework.transaction.TransactionStatus;
import org.springframework.transaction.support.CallbackPreferringPlatformTransactionManager;
import org.springframework.transaction.support.TransactionCallback;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Transaction template that gives its connection back whatever the callback does, and
 * always lets the caller see the callback's own failure: when the rollback fails too,
 * that failure is attached to the first as suppressed, where Spring's template throws it
 * instead. Otherwise it does what {@link TransactionTemplate} does. Safe for use by
 * several threads once configured.
 *
 * @since 0.1.0
 */
public class GuardedTransactionTemplate extends TransactionTemplate {

	/**
	 * Creates a template with Spring's default settings.
	 * @param transactionManager the transaction manager
	 */
	public GuardedTransactionTemplate(PlatformTransactionManager transactionManager) {
		super(transactionManager);
	}

	/**
	 * Creates a template that takes its settings from a definition.
	 * @param transactionManager the transaction manager
	 * @param definition the settings, which are copied
	 */
	public GuardedTransactionTemplate(PlatformTransactionManager transactionManager, TransactionDefinition definition) {
		super(transactionManager, definition);
	}

	/**
	 * Runs a callback in a transaction.
	 * @param <T> the type of the result
	 * @param action the callback
	 * @return the callback's result
	 * @throws TransactionException if the transaction cannot be begun or committed
	 * @throws UndeclaredThrowableException if the callback throws a checked exception
	 */
	@Override
	public <T extends @Nullable Object> T execute(TransactionCallback<T> action) throws TransactionException {
		PlatformTransactionManager manager = getTransactionManager();
		if (manager == null || manager instanceof CallbackPreferringPlatformTransactionManager) {
			return super.execute(action);
		}
		TransactionStatus status = manager.getTransaction(this);
		T result;
		try {
			result = action.doInTransaction(status);
		}
		catch (RuntimeException | Error ex) {
			rollback(manager, status, ex);
			throw ex;
		}
		catch (Throwable ex) {
			rollback(manager, status, ex);
			throw new UndeclaredThrowableException(ex, "TransactionCallback threw undeclared checked exception");
		}
		manager.commit(status);
		return result;
	}

	private void rollback(PlatformTransactionManager manager, TransactionStatus status, Throwable cause) {
		this.logger.debug("Rolling back after the callback's exception", cause);
		try {
			manager.rollback(status);
		}
		catch (RuntimeException | Error ex) {
			if (ex != cause) {
				cause.addSuppressed(ex);
			}
		}
	}

}
