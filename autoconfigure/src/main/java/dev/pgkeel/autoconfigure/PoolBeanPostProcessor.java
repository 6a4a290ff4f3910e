package dev.pgkeel.autoconfigure;

import com.zaxxer.hikari.HikariDataSource;
import org.jspecify.annotations.Nullable;

import org.springframework.aop.framework.AopInfrastructureBean;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.boot.context.properties.ConfigurationPropertiesBean;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ApplicationContextAware;
import org.springframework.core.Ordered;
import org.springframework.core.PriorityOrdered;

/**
 * Presets the pools that the user configures with {@code spring.datasource.hikari}. It
 * comes right before Boot's {@code ConfigurationPropertiesBindingPostProcessor}
 * ({@code HIGHEST_PRECEDENCE + 1} in Boot 4.1), so that the user's properties overwrite
 * the presets.
 */
final class PoolBeanPostProcessor
		implements BeanPostProcessor, PriorityOrdered, ApplicationContextAware, AopInfrastructureBean {

	static final String PREFIX = "spring.datasource.hikari";

	private final ObjectProvider<PoolConfigurer> configurer;

	private @Nullable ApplicationContext applicationContext;

	PoolBeanPostProcessor(ObjectProvider<PoolConfigurer> configurer) {
		this.configurer = configurer;
	}

	@Override
	public void setApplicationContext(ApplicationContext applicationContext) {
		this.applicationContext = applicationContext;
	}

	@Override
	public int getOrder() {
		return Ordered.HIGHEST_PRECEDENCE;
	}

	@Override
	public Object postProcessBeforeInitialization(Object bean, String beanName) {
		if (bean instanceof HikariDataSource pool && isConfiguredByProperties(pool, beanName)) {
			return this.configurer.getObject().preset(pool, beanName);
		}
		return bean;
	}

	@Override
	public Object postProcessAfterInitialization(Object bean, String beanName) {
		if (bean instanceof HikariDataSource pool) {
			this.configurer.getObject().complete(pool, beanName);
		}
		return bean;
	}

	private boolean isConfiguredByProperties(HikariDataSource pool, String beanName) {
		if (this.applicationContext == null) {
			return false;
		}
		ConfigurationPropertiesBean bean = ConfigurationPropertiesBean.get(this.applicationContext, pool, beanName);
		return bean != null && PREFIX.equals(bean.getAnnotation().prefix());
	}

}
