package dev.pgkeel.autoconfigure;

import java.util.List;

import org.springframework.aop.framework.AopInfrastructureBean;
import org.springframework.beans.factory.config.BeanFactoryPostProcessor;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.core.env.Environment;

/**
 * Looks at what is set below {@code pgkeel} before any bean is made, so that no bean
 * meets a value that is refused.
 */
final class PropertiesCheck implements BeanFactoryPostProcessor, AopInfrastructureBean {

	private final Environment environment;

	PropertiesCheck(Environment environment) {
		this.environment = environment;
	}

	@Override
	public void postProcessBeanFactory(ConfigurableListableBeanFactory beanFactory) {
		KnownProperties known = new KnownProperties(beanFactory.getBeanClassLoader());
		List<UsedProperty> used = UsedProperty.in(this.environment);
		new DurationProperties(this.environment, used, known).check();
		new GroupProperties(used, known).check();
		new UnknownProperties(used, known).check();
		new LateSwitches(this.environment, beanFactory).check();
	}

}
