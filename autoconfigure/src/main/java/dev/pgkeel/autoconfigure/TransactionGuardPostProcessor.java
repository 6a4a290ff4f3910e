package dev.pgkeel.autoconfigure;

import dev.pgkeel.transaction.TransactionGuard;

import org.springframework.aop.framework.AopInfrastructureBean;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.core.Ordered;
import org.springframework.core.PriorityOrdered;
import org.springframework.transaction.ConfigurableTransactionManager;
import org.springframework.transaction.PlatformTransactionManager;

/**
 * Registers the guard with every transaction manager, the user's own too. It comes early,
 * since another post-processor may need a manager before all of them are there.
 */
class TransactionGuardPostProcessor implements BeanPostProcessor, PriorityOrdered, AopInfrastructureBean {

	private final ObjectProvider<TransactionGuard> guard;

	TransactionGuardPostProcessor(ObjectProvider<TransactionGuard> guard) {
		this.guard = guard;
	}

	@Override
	public int getOrder() {
		return Ordered.HIGHEST_PRECEDENCE + 13;
	}

	@Override
	public Object postProcessAfterInitialization(Object bean, String beanName) {
		// Not a reactive one, whose transactions have no thread
		if (bean instanceof ConfigurableTransactionManager manager && bean instanceof PlatformTransactionManager) {
			TransactionGuard listener = this.guard.getIfAvailable();
			if (listener != null && !manager.getTransactionExecutionListeners().contains(listener)) {
				manager.addListener(listener);
			}
		}
		return bean;
	}

}
