package dev.pgkeel.autoconfigure;

import dev.pgkeel.PgkeelMode;
import dev.pgkeel.transaction.TransactionLimits;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.transaction.ConfigurableTransactionManager;

/**
 * Registers the limits with every transaction manager, the user's own too.
 */
class TransactionLimitsPostProcessor implements BeanPostProcessor {

	private final ObjectProvider<PgkeelProperties> properties;

	private final ObjectProvider<TransactionLimits> limits;

	TransactionLimitsPostProcessor(ObjectProvider<PgkeelProperties> properties,
			ObjectProvider<TransactionLimits> limits) {
		this.properties = properties;
		this.limits = limits;
	}

	@Override
	public Object postProcessAfterInitialization(Object bean, String beanName) {
		if (bean instanceof ConfigurableTransactionManager manager
				&& this.properties.getObject().mode() != PgkeelMode.OBSERVE) {
			TransactionLimits listener = this.limits.getIfAvailable();
			if (listener != null && !manager.getTransactionExecutionListeners().contains(listener)) {
				manager.addListener(listener);
			}
		}
		return bean;
	}

}
