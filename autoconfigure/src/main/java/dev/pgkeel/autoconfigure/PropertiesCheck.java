package dev.pgkeel.autoconfigure;

import org.springframework.beans.factory.config.BeanFactoryPostProcessor;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.core.env.Environment;

/**
 * Looks at what is set below {@code pgkeel} before any bean is made, so that no bean
 * meets a value that is refused.
 */
final class PropertiesCheck implements BeanFactoryPostProcessor {

	private final Environment environment;

	PropertiesCheck(Environment environment) {
		this.environment = environment;
	}

	@Override
	public void postProcessBeanFactory(ConfigurableListableBeanFactory beanFactory) {
		KnownProperties known = new KnownProperties(beanFactory.getBeanClassLoader());
		new DurationProperties(this.environment, known).check();
		new GroupProperties(this.environment, known).check();
		new UnknownProperties(this.environment, known).check();
		new LateSwitches(this.environment, beanFactory).check();
	}

}
