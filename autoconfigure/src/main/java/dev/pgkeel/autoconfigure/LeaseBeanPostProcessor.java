package dev.pgkeel.autoconfigure;

import com.zaxxer.hikari.HikariDataSource;
import dev.pgkeel.server.DatabaseTarget;

import org.springframework.aop.framework.AopInfrastructureBean;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.DestructionAwareBeanPostProcessor;
import org.springframework.core.Ordered;
import org.springframework.core.PriorityOrdered;

/**
 * Guards the pools that {@link PoolBeanPostProcessor} has not guarded before they were
 * bound: those with properties of the user's own, and the products of factory beans. It
 * comes before Boot's lazy connection fetching (order 0 in Boot 4.1) and other
 * decorators.
 */
final class LeaseBeanPostProcessor
		implements DestructionAwareBeanPostProcessor, PriorityOrdered, AopInfrastructureBean {

	private final ObjectProvider<LeaseGuard> guard;

	LeaseBeanPostProcessor(ObjectProvider<LeaseGuard> guard) {
		this.guard = guard;
	}

	@Override
	public int getOrder() {
		return Ordered.HIGHEST_PRECEDENCE + 10;
	}

	@Override
	public Object postProcessAfterInitialization(Object bean, String beanName) {
		return (bean instanceof HikariDataSource pool)
				? this.guard.getObject().guard(pool, beanName, DatabaseTarget.ofPool(pool)) : bean;
	}

	@Override
	public void postProcessBeforeDestruction(Object bean, String beanName) {
		if (bean instanceof HikariDataSource) {
			this.guard.getObject().close(bean);
		}
	}

	@Override
	public boolean requiresDestruction(Object bean) {
		return bean instanceof HikariDataSource && this.guard.getObject().isGuarded(bean);
	}

}
