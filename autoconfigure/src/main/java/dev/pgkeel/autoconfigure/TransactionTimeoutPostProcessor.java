package dev.pgkeel.autoconfigure;

import java.util.stream.Stream;

import dev.pgkeel.transaction.TransactionTimeoutInterceptor;

import org.springframework.aop.Advisor;
import org.springframework.aop.Pointcut;
import org.springframework.aop.PointcutAdvisor;
import org.springframework.aop.framework.Advised;
import org.springframework.aop.framework.AopInfrastructureBean;
import org.springframework.aop.support.DefaultPointcutAdvisor;
import org.springframework.beans.factory.config.SmartInstantiationAwareBeanPostProcessor;
import org.springframework.core.Ordered;
import org.springframework.transaction.interceptor.BeanFactoryTransactionAttributeSourceAdvisor;
import org.springframework.transaction.interceptor.TransactionInterceptor;

/**
 * Puts a {@link TransactionTimeoutInterceptor} around Spring's own interceptor wherever
 * that one is, for the same methods. An advisor of ours would have all methods of all
 * beans looked at a second time at start.
 */
final class TransactionTimeoutPostProcessor
		implements SmartInstantiationAwareBeanPostProcessor, Ordered, AopInfrastructureBean {

	private final TransactionTimeoutInterceptor interceptor;

	TransactionTimeoutPostProcessor(TransactionTimeoutInterceptor interceptor) {
		this.interceptor = interceptor;
	}

	/**
	 * Right after the post-processor that makes the proxies, before anybody puts another
	 * one around them.
	 */
	@Override
	public int getOrder() {
		return Ordered.HIGHEST_PRECEDENCE + 1;
	}

	@Override
	public Object getEarlyBeanReference(Object bean, String beanName) {
		return postProcessAfterInitialization(bean, beanName);
	}

	@Override
	public Object postProcessAfterInitialization(Object bean, String beanName) {
		if (bean instanceof Advised proxy && !proxy.isFrozen()) {
			Advisor[] advisors = proxy.getAdvisors();
			if (Stream.of(advisors).noneMatch((advisor) -> advisor instanceof TimeoutAdvisor)) {
				for (int position = advisors.length - 1; position >= 0; position--) {
					if (isForTransactions(advisors[position])) {
						proxy.addAdvisor(position, new TimeoutAdvisor(pointcut(advisors[position]), this.interceptor));
					}
				}
			}
		}
		return bean;
	}

	/**
	 * Other advisors may have to make a bean first when asked for their advice.
	 */
	private static boolean isForTransactions(Advisor advisor) {
		return advisor instanceof BeanFactoryTransactionAttributeSourceAdvisor
				|| (advisor instanceof DefaultPointcutAdvisor && advisor.getAdvice() instanceof TransactionInterceptor);
	}

	private static Pointcut pointcut(Advisor advisor) {
		return ((PointcutAdvisor) advisor).getPointcut();
	}

	/**
	 * Recognized if a proxy comes along twice.
	 */
	private static final class TimeoutAdvisor extends DefaultPointcutAdvisor {

		TimeoutAdvisor(Pointcut pointcut, TransactionTimeoutInterceptor interceptor) {
			super(pointcut, interceptor);
		}

	}

}
