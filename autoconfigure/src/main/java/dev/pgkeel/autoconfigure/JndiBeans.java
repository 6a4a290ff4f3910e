package dev.pgkeel.autoconfigure;

import java.lang.reflect.Method;

import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.beans.factory.support.RootBeanDefinition;
import org.springframework.boot.jdbc.autoconfigure.JndiDataSourceAutoConfiguration;
import org.springframework.jndi.JndiObjectFactoryBean;

/**
 * Knows the beans that were not made here, but found in JNDI: by Spring Boot, with
 * {@code spring.datasource.jndi-name}, or by a factory bean.
 */
final class JndiBeans {

	private final ConfigurableListableBeanFactory beanFactory;

	JndiBeans(ConfigurableListableBeanFactory beanFactory) {
		this.beanFactory = beanFactory;
	}

	/**
	 * Tells whether a bean that was just made is from there. The property alone does not
	 * tell: Spring Boot looks up nothing where the application has a data source of its
	 * own.
	 */
	boolean contains(String beanName) {
		return isMadeBySpringBoot(beanName) || isMadeByAFactoryBean(beanName);
	}

	/**
	 * The method is known for definitions of an application that was processed ahead of
	 * time too.
	 */
	private boolean isMadeBySpringBoot(String beanName) {
		if (this.beanFactory.containsBeanDefinition(beanName)
				&& this.beanFactory.getMergedBeanDefinition(beanName) instanceof RootBeanDefinition definition) {
			Method method = definition.getResolvedFactoryMethod();
			return method != null && method.getDeclaringClass() == JndiDataSourceAutoConfiguration.class;
		}
		return false;
	}

	private boolean isMadeByAFactoryBean(String beanName) {
		return this.beanFactory.containsBean(beanName) && this.beanFactory.isFactoryBean(beanName) && this.beanFactory
			.isTypeMatch(BeanFactory.FACTORY_BEAN_PREFIX + beanName, JndiObjectFactoryBean.class);
	}

}
